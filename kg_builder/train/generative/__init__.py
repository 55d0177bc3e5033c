"""Fine-tuning of language models that answer as JSON or lists, or edit texts."""
