"""The shipped token classifier: encoding, ONNX session, decoding, and the Extractor over them."""
