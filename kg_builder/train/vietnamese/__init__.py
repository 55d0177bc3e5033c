"""Training of the Vietnamese recognition model."""
