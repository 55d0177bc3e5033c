"""From a model's answer to items, and from items to exact characters of the text."""
