"""The aerich migrations, in the order of their numbers under `models/`."""
