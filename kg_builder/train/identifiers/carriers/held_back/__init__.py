"""Those that models are measured on, and that none is trained on."""
