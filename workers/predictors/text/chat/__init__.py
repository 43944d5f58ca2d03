"""Conversations: from messages to the prompt that a model was trained on, and from its text to a message."""
