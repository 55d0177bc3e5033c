"""Fine-tuning of token classifiers."""
