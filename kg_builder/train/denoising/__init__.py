"""Fine-tuning of diffusion language models."""
