"""`python -m inference_client.cli`: the command `inference` where its script is not on the path."""

from inference_client.cli import main

main()
