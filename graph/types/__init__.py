"""Strawberry types, one noun a file."""
