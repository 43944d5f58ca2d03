from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "webhook" (
    "user_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "attempt" INT NOT NULL,
    "lease_until" TIMESTAMPTZ,
    "disabled_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "prediction_id" UUID NOT NULL PRIMARY KEY REFERENCES "prediction" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_webhook_created_2c3c56" ON "webhook" ("created_at");
COMMENT ON TABLE "webhook" IS 'Whom to tell of one prediction.';
        CREATE TABLE IF NOT EXISTS "webhook_delivery" (
    "id" UUID NOT NULL PRIMARY KEY,
    "user_id" UUID NOT NULL,
    "event" VARCHAR(10) NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "noted" INT NOT NULL,
    "sent" INT NOT NULL,
    "tries" INT NOT NULL,
    "attempts" JSONB NOT NULL,
    "next_at" TIMESTAMPTZ NOT NULL,
    "last_try_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "prediction_id" UUID NOT NULL REFERENCES "prediction" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_webhook_del_predict_f6709e" UNIQUE ("prediction_id", "event")
);
CREATE INDEX IF NOT EXISTS "idx_webhook_del_user_id_aa9852" ON "webhook_delivery" ("user_id", "created_at", "id");
CREATE INDEX IF NOT EXISTS "webhook_delivery_due" ON "webhook_delivery" ("next_at") WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS "webhook_delivery_done" ON "webhook_delivery" ("updated_at") WHERE state <> 'pending';
COMMENT ON TABLE "webhook_delivery" IS 'What is to be told, or was: one row for each event of a prediction.';
        CREATE TABLE IF NOT EXISTS "webhook_secret" (
    "id" UUID NOT NULL PRIMARY KEY,
    "sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ,
    "user_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_webhook_sec_user_id_8b7d36" ON "webhook_secret" ("user_id", "created_at");
COMMENT ON TABLE "webhook_secret" IS 'A signing secret of a user, sealed; one that was rotated away signs beside the new one until `expires_at`.';
        ALTER TABLE "prediction" ADD "webhook_events" JSONB;"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE "prediction" DROP COLUMN "webhook_events";
        DROP TABLE IF EXISTS "webhook_delivery";
        DROP TABLE IF EXISTS "webhook";
        DROP TABLE IF EXISTS "webhook_secret";"""


MODELS_STATE = (
    "eJztXdty2zgS/RWUXpKp0rpixXa8yexUOYmT8Y5jp2x5MjXxlgSRkMQ1CWgI0Iom639fAL"
    "zfJEJXisGLLyAaBE+DYHfjoPG95RAT2fTgjiK39Rp8b2HoIP5HqrwNWnAyiUtFAYMDW1b0"
    "whoDylxoMF42hDZFvMhE1HCtCbMIFjVviYMGxJyB6ZgAA2JAphj4LQKITTBxkWkZojZ9A6"
    "YWGxOPAQgmkNIpcU0whnQMMJFNCHGbjICFAaTAYgeiCyYxeB8sPNrK3Txs/eWhHiMjxMYS"
    "va//4cUWNtE3RMN/Jw+9oYVsMwWuZYoGZHmPzSay7O7u4v0HWVM8yaBnENtzcFx7MuNdxF"
    "F1z7PMAyEjro0QRi5kyEyAjz3bDnQUFvk95gXM9VDUVTMuMNEQerZQYevnoYclOkDc6eRA"
    "/Hz1S9C3RL1e7+q627s97/Z6rZzKRR8yegmKDA47Hy4WZgKp709+uzEisrQlbvDu17Ob5y"
    "9PfpIYEMpGrrwo8Wo9SUHIoC8qUY9hHnM9cwByUL8bQ7cY6lgiAzfv7GaADiHaAKgtB37r"
    "2QiP2Jj/e/RiDsi/n91InI9eSJwJf5H9t/squNKRlwTcMbzIgZatgm4k0DhwO8dHFdDltU"
    "rhldfS+IZTUU9MRXmcu+gbK8Y5J7gU3gGaEdxhlRjveJ7fAuBz8O2e/9EVLTuU/mUnYX3+"
    "6ewPibgzC65cXl99DKsn1PDu8vptBn2L9qDpWDgP/FtCbARxyWSdEMvAPuByy4zzKsBHJd"
    "tF/u319WUK+bcXWWjvPr09v3l+KNXAK1lMFl9cdTN4Gy4SmPQgyyP+nl9hloOKIU9LZkA3"
    "A9GD8I9NaWCTcw1/QPMa27PgrZz3Klx8Or/tnn36nNLK+7PuubjSSb0LYenzk8ysFDUCvl"
    "x0fwXiX/Dn9dV59hMc1ev+2RJ9gh4jPUym/A1ITMdhaYjakzCLhg+JL7YoGEDjYQr5nJW6"
    "krVHC17GQO7DbzfIhhLZ/CAIjNlP4tce6v8pHPFhaTwOEl+L2J5dDaXPUUN7+5GYj9QUDc"
    "aEPPQo4jMHWxGtL35jt7KtJo0t8VKSDil7TfOXnI6TLYEYjuQjiXuLO6VexAJ3M3pDy/1N"
    "J6qy0OE8A6J50/f6ABkCgpFwA5H7BvAS/jnA3KejgJIha/OfgI0h4+4dL7G9EaAMzihg8A"
    "HhvHu55rYLnMmvLdlcz3f/JFD/yTiY31sx4JnPIJcSldE3Pi9QKmeFQCspyHu2RWX9cFi3"
    "pBAHVvwDvvx6fnPuP49sGVzcgqu7y8vWk/Ztd+vbyt85oMt9r7D+elyvXRtEKefrpIrvdV"
    "Luep3kPK8H/lwq4Ib1Gwhup0rYoFMeNujkwgbJbuUwLndqM2Lbg7q1g4lhIx7to0WtgcU9"
    "sJnK2E5LNXCEH1YZ4YflI/wwN8K1K1sOfbNc2aTWvYm5pNbTklrrddF6iFFC7TlnMraNVb"
    "WellyD1uvpi++hkvPvdtITq+raJGXW6eDUV60L3Jlc3C+Dbx7cD8RF1gj/hmYS4gveEYiN"
    "Ij8ms1y9n5jmgjC82IXTyMlODSn+8P4MIi7c8BF+c/Gu6/vli2Kpj8ilq8cJf/dbaRDcNY"
    "in7g1UmwwPhiOrIECYGHTlIcLHRKWFQcJrjIDlOJ6UBoGoCOhBP7bXlmwRNkbgv2TgR/H4"
    "0JhAPrcV8k5WbO8e3+M+JZ5roJ6Lhv026LtI+GB8YEH6gExRwueBHjXGyIF92VqfyMehff"
    "B8TKa8GRF5tAk0kdkG1DPGPm2Fgr88iJn1txyxPwF+TzAVHeC9uceCyANG8BG9kb2bEveB"
    "F2Q7CKauxfhfogovKaXCfA3ii0H00nMGvLxq/HJB5DIAted3S+Denh/A5J8NhsC/wLPPN+"
    "efz24urj4+0xHMnUcw/TGRg/oCl0SAYoEM2mJa2r+plfeX//pH5/Do1dHpy5OjU15FdjQq"
    "eTUH+PwCuhzkKpGdSEAHdSoEdfjsRNUilrGE5t+oRyuDb6DETGVQp8UaOLTXH5GPzQ2V4Z"
    "2WagTQ2x7jactOZZjnJZswx2Tm8M5plUm8c1o+i4trT0VuHSkwPMrRTgk1YqRvegU19lDy"
    "OP/79vqqNGSWkMqGRLkGwP9ASFjYr5E9B18Bx/yZJTuJZGxt0UB2ZgkcQiXwY5GVkF9ukT"
    "X2aAaeZTML0wNx2134NBtRiIUnHlvilcjKbV81TXorPLacFnKCWg0rvQtDovYO+PU16CuA"
    "HlqMy1iZzbQv12/1mNYI0YKF4HKEY4nm4XtaxVE9LXdUT/OOqvU36g1mDBUtyVij0shhWm"
    "6p6GHdkPaDh//sdF6+fNV58fLk9Pjo1avj0xdRFDF/aV448e3FRxFRTGkiH2KcuERMMUpm"
    "ZVJGW/TLz9+QMeRMCiaX0lGfkNhewPzFZgf82qLl/vKWIqUjJbTCks/+DOWF6zsxojaCFP"
    "U8zIo2Bc+nQmVENReqzlwozW4tn6T2k+dYhd2aXM2vOl0mZTQDbj4DLtrWtiIDrml7XNsZ"
    "ClxyTK1AgdPsrnmgb5TdlUCsgOCVxrOc4zVJ16tE83K9gIgVEIiKyVu5WpKSFRjTfcGsEt"
    "ynIcKG2OLJyAPCrwHhk74sHxPbRK5oQPyH0ZS793JvqANnYGhhi4597hSZHoC+TShFtA8M"
    "wo0fmuBd0XssmVemhUzgYdGkxbiAC/GD7AOkBsIm78FrQB1o27wC7zjlt3CpqCipon1ADT"
    "IRvC2Td54w3ucZeEAzyitAm/eqz9t54ELEBfAeiycPMyFhPu2MB8Rz+a2GjLcORfu8zWSX"
    "KOIYQZu3Fu6p5gX8Qfpycyz1yWWCdxZcluBxgNrAGvLyezyGVICzYAusuJp4gh5/ghyV7K"
    "tMRBVMDEVbYVNcM34jT06iAk/528MViGfxoOsZNrQcOSIX8M48Kohn/C9XbAl+1nrKdCUk"
    "s/k9X7o//L1cS3eSpnj1u0up6refuMQQjRZ1IJrgFe5uPaJe9AGt0IWLK/A8xqCd6tBPuR"
    "6Z3KizLYzUFBJKLepSonW5u/q6K3dYg7Or9xW72xwio+QxHu0Zj7Fk70J5zDcSaCCTYP0x"
    "32iqrgpvJNBAeNfP/Qo/OBVjimF1HVAsot96Bc7EfP6tVxQXb8JIXT8BVzIhVFYeIgG9br"
    "wyZ0IF91hCr/csj/vQsouWOcthjwQ06sujjlyXuBxUU8nkSEs1byW/Uym76ZzkpjmmhI+Y"
    "w50YOCqAupx1nhNsAtrb5p3bZFQwtZSDHtbXSXeUoXYQ74+hNJEnRPRUrgkTNfFv/FC1Ap"
    "qxgAYzC6YMvhcsPM3LLB3J6LTSCmmlNc9H83xqgXCdCB+VeD7BEpSiimOpBvJ7Gqbe0XL6"
    "HemUZXug3+SqpaKOM6Jaz3XWsyH4YHbPRRxZuiQvs7gJrff6630FfWs974WeKSMTcVQFwW"
    "aB9/3BJrBs01NGMKPmoZBslGrfX9+9vTwHn2/O313cXgQRpUiX8mLaW7w5P7vMLjJmaGY5"
    "wMsXAQpEmxCbzhIQqjEQ5lEQClIryQ9PyTln87anpuUauIy+/j2qaaamSlw6L6nD08uHp/"
    "U2mh/i862zwv8Qapbs3KXUnJbUtnidtWwQZ7Jsuv+srNZ0nTWttzuuedUosTunKp4JEb0G"
    "lznKKbVpqCqgaSk9ROfvyPXoNo+kqOcwXbgdN/GOluzGzc2qa8BUb3Iumg3WAGzzzvTIQp"
    "ueA1fYQe5NxAELPa+QFKWyg/xONnRH99iFq3beMn9ai8NvrQpYcOTye7+5WZNgU9p3n0O4"
    "HNZrjLqE/6gMbnO+WE+K6QnuJLG8IDPBXcg4L09K4EVVFuYj6I4RsJE58nMFTINTVsKcFI"
    "BPK+ZrwAsdEuQPEAvyAEFj3JZHsDCEgYVlxgB5joODMPMPa/GTDJScTrO92xZs589s2S/d"
    "t5zYRa1m4OYE9W5mvZu5VruZgxG61IJugeySa7p1Q33Ti7oyh7bM1KJCYM+KaRp7llwdpM"
    "VWRjYnp6HNQquXB5eZLfYizpyLOZW7m0r+gKqhK/3OQkvXvzLf1I3rVDtiUUymQOxRFoan"
    "sCyl4fBGHCloQAwGSBqf/IqBQD+5WCLTXVHE/IMT5eYB0EffJhZXg7hccgTjZu+32Lr92o"
    "plRNqgRC6r5EmHOnmPNneba+4qUuhWoc3VG9qN8Ob4Hbk/znygFGDOyjUQ78NKeB/Owfsw"
    "j/cOjx+oHdo7OX+AjmHn+ERlqMcSzePirp8bqp2OZcyPvXA6NI3pR9R0wgVR1HNaUr/QtV"
    "OzQhQhxWnRq9XbTXceA1YaaQnQXBRsEVyDagGXs8Sinr865+fjhtxTl021wXRMKPLjI5TB"
    "GQ0CHSy9IghEgm7EtWXmoyybukmV0EoAiJ8l+mtm3U/HVHYbU6nn8m095p5VWbTRuFeANS"
    "WkIV3A+ozi2qvyPqOG9hPWxdTP5LBKEenend2+O3t/niYppg/sWBHcRp66kgU4Nx0Wg7yb"
    "1aOQJ1Zg1CQoZOUmTYKyttie+TImDmAEMGTb4XJOjE7eNFlQXxzowquIw0tAQEqk8uAWKg"
    "8rkVmq2oAS31DxDzHxDy7JNwZGRHCeMCCuKZaXyg6KucdytTtiXVkMuMjgQvQACFIW/weJ"
    "joiVJ9A3LSqA8pejBjNuU9EpEk8Hjg5fVLaSKq0z1fNrvdhSquWHZZ5ZtLMdMDWd/1Y1hd"
    "yCnQTlKWyD6o1Y6pgXuthEDtuBzNqnhndSRoO+BOg6fW1rrelrddbKpYb2PoRCU2nvYstJ"
    "Vc8ZUa3nOutZL1U2Vs0r8SOrBRzC/VBbCTfUwZfZSLBhHQGEaBdfeSAhudFvYUAh3GU4qx"
    "pZCJ17wQj1zyYlLphC+lo6+i6ZytNRxQ4oIBNf+WfDzo8+rNymiFBc33U/33UlCfXy+uMt"
    "MIiDABxxHcoy/y9/L5blikZfgz4mfFimjpPlkx3lum+DPuU36suy4PQUcQosE9sxQwFx5q"
    "xYsKGWIMWKmiGYovPAhpSJ82KRKbofhzq4PHRR5rxbWn6ma26oSQxWPNEVc0+kwgGd2VHS"
    "M71K55YieWypf+Ju/szSRKom5fuTxUeE+h34+ZdkD/Qalw7m1NzYUAjm+DNADsw5J26FAo"
    "2ILWz66EQ5gajAGwloeCvAK7+6CoGaqH6TqMDrO0i1cCooJ1cXTwQaS1HCirNtlIIZ1ddo"
    "Fp3aFNi7eUDLk+YmZfQ5tCvkyw0N/Bz286M9CTEd6qldqCcVoefuZY9xl0hdyRlRHbmts5"
    "515PaHULNOfP1DqLme9KH6Knh5ZqomUDaRQHmL+FeNtcpXP4IK7SprHzSuW2GPCOUjRlAK"
    "fSl/DUIEKdu8BNrIfCNXK3wOJKTAJSIoZAI4hTMpS8EAUcuMIv+yepX8HNu9daX9JIUrDX"
    "ojyW6D7P5YyCNdzjqLJRoRuNw250yb5j+EzVajXcHaz96cA6aXKBtzOkBNIV36eIAd296B"
    "90PcIrs7vjjX5p6kqlXK92xwQ8cmIw+9BgYxA/vW9bg167ffBtAn7UyJ+yD2JEGMCbfiuO"
    "VrsTfyytnnC/AIbUtMsdTnAFEmdy1RY4wcSItTPm/tzitkfZa/c29U+Rp1WH89lt5OSXqb"
    "yetTblg/8MdUgTqs3wijOpuYrQLYnXlp2bJsAD9tsP9SqKwUZuX0auEKq4VBhmF1LeQEtR"
    "pWUINpjRBVInbFEg2cbNafYFOufFKECmLCFZZMQ0Htr9fOk1tpE8Qao9TSHiwyk4Mrc23k"
    "aVynUpJovz6YuMRAlEqauzAwxwi6bIBgwXkmlaQEm74fHPyUIKtbJhWRZ/FneFHw6YWsiR"
    "4tAz3j5jFyiDtrg75/JJdM4tn3d/BzuZnIbSTyGSGXP1F/4Jnc7A0q3eO4lgP9mm9AnxFu"
    "iYftiK72hy5CUYEb8u6D+5Mp5kIW7g1tazQO+PvJE1ss345f1fjWAe1tBLTHRO1jGNZv4K"
    "ewc3xcxfA+Pi63vMW1zOkqRcO4lOw4KRzGmuooTQA5ASkZbpFEA0fr+lPt1ujA8LpBv++m"
    "m7bPfzAl+1NfTzWAmRHb3rTZ2pTVtIUzDxL2cx7reUn4M4JLffVrtlq5myT8sb+ipoC0nM"
    "Z/WfwTnqiaAjKCjckRtGX8k16+mgKykvodWFYHYbxGJbKflNl+UD8Rvhh4ls0sTA/E/XYR"
    "wdhIqD+KUSl44CmZxsxHa3PChX3Iiod5KaQpGQ1pt4jFs5tQ+hlyLWPcKgilB1fa80LpMK"
    "6zKJReDu6aA8Tl73XFwFrwLasvL2MtL3R5PDj4JKk4jQmRBsbZNhIVFi+VAsJB9Qaiu5FD"
    "8YLDBFUssYSIZlcomlw7/Zg9/R9i+Dp1"
)
