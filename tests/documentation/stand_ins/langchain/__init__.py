"""Stands for the package that names chat models: here each of them is a small machine of rules."""
