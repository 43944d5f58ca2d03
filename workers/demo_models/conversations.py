"""The conversations that `demo/chat` learns from: questions and answers made of this product's own pages.

An answer is a line of the glossary or of the settings, or the first sentences of a section; questions are asked in
several ways. What the pages do not say is answered by saying so.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SYSTEM = "You answer questions about this inference server."
MOST_CHARACTERS = 260
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[`*]")
_ROW = re.compile(r"^\| `?([^|`]+)`? \|(?: `?([^|`]*)`? \|)? (.+) \|$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.:!?])\s+(?=[A-Z\"'])")

ABOUT = {
    "word": (
        "What is {a} {x}?", "What does {x} mean?", "Explain the word {x}.", "Define {x}.", "What do you call {a} {x}?",
    ),
    "setting": ("What does {x} do?", "What is {x}?", "Explain the setting {x}.", "What is the setting {x} for?"),
    "section": ("Tell me about {x}.", "What about {x}?", "What do you know about {x}?", "Explain {x}.", "{x}?"),
}  # fmt: skip
TALK = (
    (("Hello", "Hello!", "Hi", "Hi there", "Good morning", "Hey"), "Hello. Ask me about this server."),
    (("Who are you?", "What are you?", "What is your name?"),
     "I am demo/chat, a small model that knows this server's pages."),
    (("What can you do?", "How can you help me?", "Help", "What do you know?"),
     "I answer questions about this server: its words, its settings and its pages. Ask: what is a lease?"),
    (("Thanks", "Thank you", "Thank you!", "Thanks a lot", "Great, thanks"), "You are welcome."),
    (("Goodbye", "Bye", "See you"), "Goodbye."),
    (("How are you?", "How do you do?"), "I am well. What do you want to know about this server?"),
    (("How do I start the server?", "How do I run it?", "How do I begin?", "How can I try it?"),
     "Run make up. It starts PostgreSQL, Redis, an API and a worker on this machine, with the demo models."),
    (("How do I add a model?", "How can I use my own model?", "How do I publish a model?"),
     "Sign in and send createModel with a source: a HuggingFace repository, a folder below MODEL_ROOT, or a "
     "predictor."),
    (("How do I cancel a prediction?", "How can I stop a prediction?", "Can I cancel a prediction?"),
     "Send cancelPrediction with its id. It stops at the next token or step, and what was written is kept."),
    (("How do I watch a prediction?", "How do I stream the output?", "Can I see tokens as they come?"),
     "Subscribe to predictionEvents with its id. The first event is a snapshot; after a lost connection, go on from "
     "a cursor."),
    (("Is a prediction ever lost?", "Can a prediction get lost?", "What if a worker dies?"),
     "An accepted prediction is never lost. Its row is its place in the queue; when a worker dies, another runs it "
     "again."),
)  # fmt: skip
ELSEWHERE = (
    "the capital of France", "the weather", "football", "cooking rice", "the moon", "my cat", "Shakespeare", "the news",
    "a good film", "the price of gold", "photosynthesis", "how to learn Spanish", "the Roman Empire", "black holes",
    "my tax return", "a recipe for bread", "the Eiffel Tower", "quantum physics", "chess", "the stock market",
    "dinosaurs", "the fastest car", "a poem about love", "world history", "gardening", "the Olympic Games",
)  # fmt: skip
QUESTIONS_ELSEWHERE = (
    "What is {x}?",
    "Tell me about {x}.",
    "What do you know about {x}?",
    "Can you help me with {x}?",
    "Explain {x}.",
)
UNKNOWN = "I do not know that. I only know this server's own pages."


@dataclass(frozen=True)
class Fact:
    """An answer, and the ways to ask for it."""

    questions: tuple[str, ...]
    answer: str


def facts(root: Path = ROOT) -> list[Fact]:
    """All that there is to learn, in the order of the pages."""
    known = [Fact(questions, answer) for questions, answer in TALK]
    glossary = (root / "CONTRIBUTING.md").read_text().partition("## Glossary")[2]
    for words, _, meaning in _ROW.findall(glossary):
        for word in words.split(", "):
            if word not in {"word", "---"}:
                known.append(_fact("word", word, f"{word[0].upper()}{word[1:]}: {_plain(meaning)}."))
    for name, default, meaning in _ROW.findall((root / "docs" / "settings.md").read_text()):
        if name.isupper():
            known.append(_fact("setting", name, f"{_first(meaning)} Its default is {default or 'unset'}."))
    for page in sorted((root / "docs").glob("*.md")):
        if page.name == "settings.md":
            continue
        for section in page.read_text().split("\n## ")[1:]:
            heading, _, body = section.partition("\n")
            first = next((part for part in body.strip().split("\n\n") if part[:1].isalnum()), "")
            if answer := _first(first):
                name = _plain(heading)
                lower = name[0].lower() + name[1:] if name[1:2].islower() else name
                known.append(_fact("section", lower, f"{answer} More in docs/{page.name}."))
    # what is said twice is learnt once
    return list({fact.questions: fact for fact in known}.values())


def unknown_questions() -> list[str]:
    """Questions about the rest of the world."""
    return [way.format(x=subject) for subject in ELSEWHERE for way in QUESTIONS_ELSEWHERE]


def conversation(known: list[Fact], number: random.Random) -> list[dict[str, str]]:
    """One conversation of one to three questions, often as people type them."""
    messages = [{"role": "system", "content": SYSTEM}] if number.random() < 0.2 else []
    for _ in range(number.choices((1, 2, 3), (75, 18, 7))[0]):
        if number.random() < 0.07:
            question, answer = number.choice(unknown_questions()), UNKNOWN
        else:
            fact = number.choice(known)
            question, answer = number.choice(fact.questions), fact.answer
        if number.random() < 0.3:
            question = question.rstrip("?.")
        if number.random() < 0.3:
            question = question[0].lower() + question[1:]
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return messages


def _fact(kind: str, name: str, answer: str) -> Fact:
    article = "an" if name[0].lower() in "aeiou" else "a"
    questions = (way.format(x=name, a=article) for way in ABOUT[kind])
    return Fact(tuple(question[0].upper() + question[1:] for question in questions), answer)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", _MARKUP.sub(lambda match: match[1] or "", text)).strip()


def _first(text: str) -> str:
    """The first sentences of a paragraph, as many as are short together."""
    answer = ""
    for sentence in _SENTENCE.split(_plain(text)):
        if answer and len(answer) + len(sentence) > MOST_CHARACTERS:
            break
        answer = f"{answer} {sentence}".strip()
    return answer if 10 < len(answer) <= 1.5 * MOST_CHARACTERS else ""
