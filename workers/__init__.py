"""The worker: a torch-free supervisor and the runner process that holds the models."""
