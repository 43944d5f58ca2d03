"""The child process that holds models in memory and runs predictors."""
