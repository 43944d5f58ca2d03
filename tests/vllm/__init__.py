"""What vLLM runs, in an environment that has it (`make test-vllm`)."""
