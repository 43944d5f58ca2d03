"""Code that runs models, one kind a file; torch is imported only here and in the runner."""
