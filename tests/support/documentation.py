"""The examples of the pages, and how a reader runs them: GraphQL as somebody, commands and programs in a folder.

A comment before an example, which no reader sees, says what a reader knows from the text around it:
`<!-- example: as ada -->` who runs it (else the demo user), `<!-- example: refused CODE -->` how it ends,
`<!-- example: file NAME -->` that it is a file, and `<!-- example: not run, WHY -->` that nothing runs it.
Ids such as `UHJlZGljdGlvbjox` (`Prediction:1`) stand for the newest one of their type that an answer gave, `...:2` for
the one before; variables without a value in the JSON that follows are ids by the names of their types, or times.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    build_schema,
    is_interface_type,
    parse,
    print_ast,
    type_from_ast,
    visit,
)

from tests.support.api import Client

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"(?:^<!-- example: (?P<hint>[^\n]*?) -->\n\n?)?^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.M | re.S,
)
SHELLS, VARIABLES = ("sh", "bash"), "json"
RUN = ("graphql", "python", *SHELLS)
PLACEHOLDER = re.compile(r'"([A-Za-z0-9+/]{8,}={0,2})"')
LIVE_SECONDS = 2.0
"""How long a list that is watched, which never ends, is looked at once something has come."""
EXAMPLE_SECONDS = 120
END = "the-example-ended"
# Runs each program that comes as a line of JSON, in one namespace
DRIVER = f"""
import json, sys
space = {{"__name__": "__main__"}}
for line in sys.stdin:
    exec(compile(json.loads(line), "example", "exec"), space)
    print("\\n{END} 0", flush=True)
"""


@dataclass(frozen=True)
class Example:
    """A block of a page: where, in what language, its text and its variables, and what a reader knows of it."""

    where: str
    language: str
    text: str
    variables: str = "{}"
    who: str | None = None
    refusal: str | None = None
    file: str | None = None
    why_not: str | None = None

    @property
    def is_run(self) -> bool:
        """Whether a reader runs it."""
        return self.why_not is None and self.file is None and self.language in RUN


def examples(page: Path) -> Iterator[Example]:
    """The examples of a page in their order; the JSON after a GraphQL document has its variables."""
    text = page.read_text()
    blocks = list(FENCE.finditer(text))
    for block, following in zip_longest(blocks, blocks[1:]):
        hint = block["hint"] or ""
        word, _, rest = hint.partition(" ")
        names = {"as": "who", "refused": "refusal", "file": "file", "not": "why_not"}
        assert not hint or (word in names and rest), f"{page.name}: {hint}"
        given = {names[word]: rest} if hint else {}
        if block["language"] == "graphql" and following and following["language"] == VARIABLES:
            between = text[block.end() : following.start()]
            if not between.strip():
                given["variables"] = following["text"]
        line = text.count("\n", 0, block.start("text"))
        yield Example(f"{page.relative_to(ROOT)}:{line}", block["language"], block["text"], **given)


class _WithTypes(Visitor):
    """Asks for the type of everything, so that what was refused can be told; not at the root of a subscription."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.names.append(node.name.value)

    def leave_selection_set(self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any) -> SelectionSetNode | None:
        if isinstance(parent, OperationDefinitionNode) and parent.operation is OperationType.SUBSCRIPTION:
            return None
        kind = FieldNode(name=NameNode(value="__typename"), arguments=[], directives=[])
        return SelectionSetNode(selections=(kind, *node.selections))


class Process:
    """A shell or an interpreter to which examples are given one after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: list[str], folder: Path, environment: Mapping[str, str]) -> Process:
        """Start it."""
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=dict(environment), start_new_session=True, limit=2**22,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return cls(process)

    async def run(self, text: str) -> str:
        """What it writes to the end of an example; fails where the example does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(text.encode())
        await self._process.stdin.drain()
        lines: list[str] = []
        async with asyncio.timeout(EXAMPLE_SECONDS):
            while line := (await self._process.stdout.readline()).decode(errors="replace"):
                if line.startswith(END):
                    return "".join(lines)
                lines.append(line)
        raise AssertionError("".join(lines))

    async def stop(self) -> None:
        """End it."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@dataclass
class Reader:
    """Who reads the pages in their order and runs what they show, in a folder like a checkout that has been started."""

    url: str
    shown_url: str
    """The address that the pages name, in place of which `url` stands."""
    folder: Path
    environment: Mapping[str, str]
    people: Mapping[str, Client]
    """Clients by handle, signed in; the first one is the demo user."""
    schema: GraphQLSchema = field(default_factory=lambda: build_schema((ROOT / "graph" / "schema.graphql").read_text()))
    ids: dict[str, list[str]] = field(default_factory=dict)
    """Ids that answers gave by their types, the newest one last."""
    _refresh_token: str = ""
    _shell: Process | None = None
    _python: Process | None = None

    async def read(self, page: Path) -> tuple[int, list[str]]:
        """Run the examples of a page: how many there are, and what of them failed, each with its text.

        All pages have one shell, as a reader has one terminal, and each its own interpreter of Python, which is started
        in there; after a failure there are new ones.
        """
        count, failures = 0, []
        try:
            for example in examples(page):
                if example.is_run:
                    count += 1
                    try:
                        await self._run(example)
                    except (AssertionError, TimeoutError) as error:
                        failures.append(f"{example.where}\n{example.text}\n{type(error).__name__}: {error}")
                        if example.language != "graphql":
                            await self.stop()
        finally:
            if self._python is not None:
                await self._python.stop()
                self._python = None
        return count, failures

    async def stop(self) -> None:
        """End what was started."""
        for process in (self._shell, self._python):
            if process is not None:
                await process.stop()
        self._shell = self._python = None

    async def _run(self, example: Example) -> None:
        text = example.text.replace(self.shown_url, self.url).replace("isr_...", self._refresh_token)
        if example.language == "graphql":
            await self._ask(example, text)
        elif example.language == "python":
            if self._python is None:
                self._python = await Process.start([sys.executable, "-u", "-c", DRIVER], self.folder, await self._own())
            await self._python.run(json.dumps(text) + "\n")
        else:
            await (await self._started_shell()).run(f"{{\n{text}\n}} </dev/null\nprintf '\\n{END} %s\\n' $?\n")

    async def _started_shell(self) -> Process:
        if self._shell is None:
            self._shell = await Process.start(["bash", "-eu"], self.folder, self.environment)
        return self._shell

    async def _own(self) -> Mapping[str, str]:
        """The environment of a program that is started in the page's shell."""
        dump = self.folder / ".environment"
        await (await self._started_shell()).run(f"export PATH; env -0 >'{dump}'; printf '\\n{END} 0\\n'\n")
        return dict(pair.split("=", 1) for pair in dump.read_text().split("\0") if pair)

    async def _ask(self, example: Example, text: str) -> None:
        document = parse(PLACEHOLDER.sub(lambda match: f'"{self._id(match[1])}"', text))
        (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        who = self.people[example.who or next(iter(self.people))]
        values = json.loads(PLACEHOLDER.sub(lambda match: f'"{self._id(match[1])}"', example.variables))
        for variable in operation.variable_definitions or ():
            name, kind = variable.variable.name.value, str(type_from_ast(self.schema, variable.type))  # type: ignore[arg-type]
            if name not in values and kind.endswith("!"):
                values[name] = self._value(name, kind.rstrip("!"))
        asked: DocumentNode = visit(document, _WithTypes())
        if operation.operation is OperationType.SUBSCRIPTION:
            is_endless = not re.search(r"\bid: ", text)
            answers = await _events(who, print_ast(asked), values, LIVE_SECONDS if is_endless else EXAMPLE_SECONDS)
            assert answers, "nothing came"
        else:
            answers = [await who.raw(print_ast(asked), **values)]
        refusals = [code for answer in answers for code in self._refusals(answer)]
        if example.refusal is None:
            assert not refusals, refusals
        else:
            assert any(example.refusal in each for each in refusals), (example.refusal, answers)
        for answer in answers:
            self._remember(answer)
        await self._until_ready(who, answers)

    def _value(self, name: str, kind: str) -> Any:
        """The value of a variable that the page leaves to the reader."""
        if kind == "ID":
            wanted = "prediction" if name in ("id", "a", "b") else name
            (name_of_type,) = [each for each in self.ids if each.lower().endswith(wanted.lower())][:1] or [""]
            assert name_of_type, f"no id for ${name}"
            return self.ids[name_of_type][-1]
        now = datetime.now(UTC)
        times = {"from": now - timedelta(hours=1), "to": now + timedelta(hours=1)}
        assert name in times, f"no value for ${name}"
        return times[name].isoformat()

    def _id(self, text: str) -> str:
        try:
            kind, _, place = b64decode(text + "=" * (-len(text) % 4), validate=True).decode().partition(":")
        except (Error, UnicodeDecodeError):
            return text
        if not place.isdigit():
            return text
        assert len(self.ids.get(kind, [])) >= int(place), f"no id of {kind} yet"
        return self.ids[kind][-int(place)]

    def _remember(self, answer: Any) -> None:
        for part in _parts(answer):
            self._refresh_token = part.get("refreshToken") or self._refresh_token
            if isinstance(text := part.get("id"), str):
                try:
                    kind = b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")[0]
                except (Error, UnicodeDecodeError):
                    continue
                known = self.ids.setdefault(kind, [])
                if text not in known:
                    known.append(text)

    def _refusals(self, answer: Any) -> list[str]:
        """What says that something was not done."""
        said = [json.dumps(error) for error in answer.get("errors", [])]
        refusal = self.schema.get_type("UserError")
        assert is_interface_type(refusal)
        names = {kind.name for kind in self.schema.get_possible_types(refusal)}  # type: ignore[arg-type]
        return said + [json.dumps(part) for part in _parts(answer.get("data")) if part.get("__typename") in names]

    async def _until_ready(self, who: Client, answers: list[Any]) -> None:
        """As a reader would, wait for the models of an answer and for its predictions that have begun."""
        slugs = {
            each["slug"].partition(":")[0]
            for answer in answers for each in _parts(answer.get("data"))
            if each.get("__typename") in ("Model", "ModelVersion") and "slug" in each
        }  # fmt: skip
        query = "query ($slug: String!) { model(slug: $slug) { latestVersion { state reason } } }"
        async with asyncio.timeout(EXAMPLE_SECONDS):
            for slug in slugs:
                while version := ((await who.run(query, slug=slug))["model"] or {}).get("latestVersion"):
                    assert version["state"] != "REFUSED", version["reason"]
                    if version["state"] != "PREPARING":
                        break
                    await asyncio.sleep(0.05)


def _parts(answer: Any) -> Iterator[dict[str, Any]]:
    """An answer and every object in it."""
    if isinstance(answer, dict):
        yield answer
    children = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ()
    for child in children:
        yield from _parts(child)


async def _events(who: Client, query: str, values: dict[str, Any], patience: float) -> list[dict[str, Any]]:
    """What a subscription gives to its end, or until nothing came for so many seconds."""
    events: list[dict[str, Any]] = []
    async with who.socket() as socket:
        await socket.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": values}})
        )
        while True:
            seconds = patience if events else EXAMPLE_SECONDS
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), seconds))
            except TimeoutError:
                return events
            if message["type"] == "next":
                events.append(message["payload"])
            elif message["type"] == "error":
                events.append({"errors": message["payload"]})
                return events
            elif message["type"] == "complete":
                return events


def environment_of(home: Path, **names: str) -> dict[str, str]:
    """What a reader's terminal has, with this project's commands first in its path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    names = {"HOME": str(home), "PATH": path, "NO_PROXY": "*", "LANG": "C.UTF-8", "PYTHONWARNINGS": "", **names}
    return {**{name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}, **names}
