"""Language models and token classifiers that users bring: how they are named, loaded and asked. One backend a file."""
