"""Text generation with transformers: continuous batching, seeded sampling, stop strings."""
