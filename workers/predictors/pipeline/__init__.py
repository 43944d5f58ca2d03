"""Models of transformers for every task but text generation: speech, sound, pictures, video, whole texts."""
