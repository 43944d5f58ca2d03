"""From the server's events of a prediction to those of the caller: snapshots become what is new in them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inference_client.events import Event, Item, Loading, Log, Preview, Restarted, Status, Step, Text
from inference_client.files import FileServer
from inference_client.operations import PredictionFields
from inference_client.predictions import FINAL, prediction_of


@dataclass
class WatchState:
    """What a watcher has passed on of the attempt that it watches."""

    texts: dict[int, str] = field(default_factory=dict)
    items: int = 0
    # Behind a cursor of the caller's nobody knows what came before it
    is_whole: bool = True

    def events(self, row: Any, server: FileServer) -> list[Event]:
        """What an event of the server is for the caller."""
        cursor, at = row["cursor"], datetime.fromisoformat(row["at"])
        kind = row["__typename"]
        if kind == "PredictionSnapshot":
            return self._catch_up(row["prediction"], row["attempt"], cursor, at)
        if kind == "OutputAppended":
            choice = row["choice"]
            if row["text"] is None:
                self.items += 1
                return [Item(cursor, at, row["chunk"])]
            self.texts[choice] = self.texts.get(choice, "") + row["text"]
            return [Text(cursor, at, row["text"], choice)]
        if kind == "Progressed":
            return [Step(cursor, at, row["step"], row["total"], row["fraction"], row["etaSeconds"])]
        if kind == "PreviewReady":
            data = (row["image"] or "").partition(",")[2]
            image = base64.b64decode(data)
            return [Preview(cursor, at, image, row["width"], row["height"], row["step"])] if data else []
        if kind == "Logged":
            return [Log(cursor, at, row["line"])]
        if kind == "ModelLoading":
            return [Loading(cursor, at, row["phase"], row["bytes"], row["totalBytes"])]
        if kind == "StatusChanged":
            return [Status(cursor, at, row["status"], prediction_of(row["prediction"], server))]
        # EventsLost, after which a snapshot comes; and kinds that a newer server has
        return []

    def _catch_up(self, prediction: PredictionFields, attempt: int, cursor: str, at: datetime) -> list[Event]:
        """What a snapshot has beyond what was passed on; all of it, behind a Restarted, where it contradicts that."""
        choices = prediction["choices"]
        texts = {each["index"]: each["text"] for each in choices} if choices else {0: prediction["text"] or ""}
        output, has_ended = prediction["output"], prediction["status"] in FINAL
        # The output of one that has ended comes with its status
        items = output if isinstance(output, list) and not has_ended else []
        events: list[Event] = []
        goes_on = (
            self.is_whole
            and (has_ended or len(items) >= self.items)
            and all(texts.get(choice, "").startswith(text) for choice, text in self.texts.items())
        )
        if prediction["dataRemoved"]:
            return events
        if not goes_on:
            events.append(Restarted(cursor, at, attempt))
            self.texts, self.items, self.is_whole = {}, 0, True
        for choice, text in texts.items():
            if new := text[len(self.texts.get(choice, "")) :]:
                events.append(Text(cursor, at, new, choice))
                self.texts[choice] = text
        for value in items[self.items :]:
            events.append(Item(cursor, at, value))
        self.items = max(self.items, len(items))
        return events
