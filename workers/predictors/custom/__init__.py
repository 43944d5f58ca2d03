"""A user's own class as a predictor: its typed signature is the input schema."""
