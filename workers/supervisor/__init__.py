"""The torch-free process that claims, runs attempts, fetches models, sends webhooks, and keeps the runner."""
