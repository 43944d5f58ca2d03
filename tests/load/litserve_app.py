"""A LitServe server of a language model: `python -m tests.load.litserve_app FOLDER PORT SLOTS`."""

from __future__ import annotations

import sys
from typing import Any

import litserve
import torch
from transformers import AutoTokenizer, GenerationConfig, LlamaForCausalLM


class Text(litserve.LitAPI):  # type: ignore[misc]
    """Batches requests as LitServe does, and generates as transformers does."""

    def setup(self, device: str) -> None:
        """Load the model."""
        torch.set_num_threads(1)
        self.tokenizer = AutoTokenizer.from_pretrained(sys.argv[1], padding_side="left")
        self.tokenizer.pad_token_id = 0
        self.model: Any = LlamaForCausalLM.from_pretrained(sys.argv[1]).eval()

    def decode_request(self, request):  # type: ignore[no-untyped-def]  # LitServe makes a model of a type that it finds
        """What was asked for."""
        return request

    def batch(self, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Requests together."""
        return inputs

    @torch.no_grad()
    def predict(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Generate until the longest is done, and cut the others."""
        given = self.tokenizer([request["prompt"] for request in requests], return_tensors="pt", padding=True)
        longest = max(request["new_tokens"] for request in requests)
        config = GenerationConfig(do_sample=False, max_new_tokens=longest, pad_token_id=0)
        ids, mask = given["input_ids"], given["attention_mask"]
        made = self.model.generate(ids, attention_mask=mask, generation_config=config)[:, ids.shape[1] :]
        cut = [row[: request["new_tokens"]] for row, request in zip(made.tolist(), requests, strict=True)]
        return [{"text": self.tokenizer.decode(row), "tokens": len(row)} for row in cut]

    def unbatch(self, output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One for each."""
        return output

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """The answer."""
        return output


if __name__ == "__main__":
    slots = int(sys.argv[3])
    server = litserve.LitServer(Text(max_batch_size=slots, batch_timeout=0.05), accelerator="cpu", timeout=600)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="warning")
