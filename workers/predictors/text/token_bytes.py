"""The bytes that each token of a tokenizer adds to a text, for what asks which texts tokens can write.

Why this is not llguidance's own: it reads the whole tokenizer once more, which keeps all threads of the process waiting
for seconds where there are 128,000 tokens, and takes every added token between `<` and `>` for one that is no text.
"""

from __future__ import annotations

import json
from typing import Any

from transformers import PreTrainedTokenizerFast

# bytes that show as themselves among the letters of byte-level tokens; the others have letters behind all bytes
_PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
_LETTERS = {chr(byte): byte for byte in _PRINTABLE} | {chr(256 + place): byte for place, byte in enumerate(_OTHERS)}


class TokenBytes:
    """What the tokens of one tokenizer are in texts, as its decoder joins them.

    Raises:
        ValueError: its decoder does more than to join bytes.
    """

    def __init__(self, tokenizer: Any) -> None:
        if not isinstance(tokenizer, PreTrainedTokenizerFast):
            raise ValueError("it is not a fast tokenizer")
        self._tokenizer = tokenizer
        decoder = tokenizer.backend_tokenizer.decoder
        body: dict[str, Any] = json.loads(decoder.__getstate__()) if decoder is not None else {}
        steps = body.get("decoders", [body])
        kinds = {step.get("type") for step in steps}
        # what stands at the beginning of a text alone is no matter of a token
        if not kinds <= {"ByteLevel", "ByteFallback", "Replace", "Fuse", "Strip"}:
            raise ValueError("its decoder does more than to join bytes")
        if ("ByteLevel" in kinds) == ("ByteFallback" in kinds):
            raise ValueError("its decoder does not give the bytes of tokens")
        self._is_byte_level = "ByteLevel" in kinds
        self._replacements: list[tuple[str, str]] = []
        for step in steps:
            if step["type"] == "Replace":
                if "String" not in step["pattern"]:
                    raise ValueError("its decoder replaces by a pattern")
                self._replacements.append((step["pattern"]["String"], step["content"]))

    def all(self, size: int) -> list[bytes]:
        """Those of the tokens below a number; of one that adds nothing, such as a special one, none."""
        tokens = [b""] * size
        special = {number for number, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        for text, number in self._tokenizer.backend_tokenizer.get_vocab().items():
            if number < size and number not in special:
                tokens[number] = self._decode(text)
        return tokens

    def _decode(self, text: str) -> bytes:
        if self._is_byte_level:
            try:
                return bytes([_LETTERS[letter] for letter in text])
            except KeyError:
                # as the decoder does with an added token of other letters
                return text.encode()
        if len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
            try:
                return bytes.fromhex(text[3:5])
            except ValueError:
                pass
        for old, new in self._replacements:
            text = text.replace(old, new)
        return text.encode()
