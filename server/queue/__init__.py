"""Every statement that moves a prediction, a version, a batch or a webhook, each with the reason for its form."""
