"""OpenAI's API, `/openai/v1`: its stock clients work with this server as their base URL."""
