"""Whole texts through a model at once: embeddings and classification."""
