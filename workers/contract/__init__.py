"""What supervisor, runner and predictors agree on: messages, context, devices, the Predictor class, failures, logs."""
