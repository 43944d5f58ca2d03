from tortoise import BaseDBAsyncClient

from migrations.indexes import create_index
from migrations.rules import add_rules

# Each step can be run again; what the table of predictions gets is built while others use it
RUN_IN_TRANSACTION = False
BATCH_RULES = {
    'batch_status': (
        "status IN ('starting', 'processing', 'completed', 'canceled', 'failed')"
    ),
    'batch_ended': (
        "(status IN ('starting', 'processing')) = (completed_at IS NULL)"
        " AND (completed_at IS NULL OR (expanded_at IS NOT NULL AND ended = items))"
    ),
    'batch_counts': (
        'ended BETWEEN 0 AND items AND items + invalid <= coalesce(total, 0)'
        ' AND succeeded + failed + canceled + aborted + invalid <= coalesce(total, 0)'
    ),
}
WEBHOOK_RULES = {
    'batch_webhook_state': (
        "state IN ('waiting', 'pending', 'delivered', 'failed', 'disabled')"
        " AND (state <> 'pending' OR next_at IS NOT NULL)"
    ),
}
TABLES = """
        CREATE TABLE IF NOT EXISTS "batch" (
    "id" UUID NOT NULL PRIMARY KEY,
    "owner" VARCHAR(80) NOT NULL,
    "queue" VARCHAR(20) NOT NULL,
    "status" VARCHAR(10) NOT NULL,
    "endpoint" VARCHAR(60),
    "inputs" JSONB,
    "upload_id" UUID,
    "retry_of" UUID,
    "all_or_nothing" BOOL NOT NULL,
    "is_checked" BOOL NOT NULL,
    "max_concurrency" INT,
    "deadline_at" TIMESTAMPTZ,
    "metadata" JSONB,
    "total" INT,
    "items" INT NOT NULL,
    "ended" INT NOT NULL,
    "succeeded" INT NOT NULL,
    "failed" INT NOT NULL,
    "canceled" INT NOT NULL,
    "aborted" INT NOT NULL,
    "invalid" INT NOT NULL,
    "position" BIGINT NOT NULL,
    "line" INT NOT NULL,
    "attempt" INT NOT NULL,
    "lease_until" TIMESTAMPTZ,
    "claimed_at" TIMESTAMPTZ,
    "pause_until" TIMESTAMPTZ,
    "note" TEXT,
    "error" TEXT,
    "idempotency_key" VARCHAR(200),
    "request_hash" VARCHAR(64) NOT NULL,
    "data_removed" BOOL NOT NULL,
    "cancel_requested_at" TIMESTAMPTZ,
    "expanded_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "completed_at" TIMESTAMPTZ,
    "model_id" UUID NOT NULL REFERENCES "model" ("id") ON DELETE RESTRICT,
    "user_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE RESTRICT,
    "version_id" UUID NOT NULL REFERENCES "version" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_batch_owner_7a28b5" UNIQUE ("owner", "idempotency_key")
);
CREATE INDEX IF NOT EXISTS "idx_batch_user_id_54abdd" ON "batch" ("user_id", "created_at", "id");
CREATE INDEX IF NOT EXISTS "batch_open" ON "batch" ("claimed_at") WHERE expanded_at IS NULL;
CREATE INDEX IF NOT EXISTS "batch_canceling" ON "batch" ("id") WHERE cancel_requested_at IS NOT NULL AND completed_at IS NULL;
CREATE INDEX IF NOT EXISTS "batch_live_user" ON "batch" ("user_id") WHERE completed_at IS NULL;
CREATE INDEX IF NOT EXISTS "batch_upload" ON "batch" ("upload_id") WHERE upload_id IS NOT NULL AND expanded_at IS NULL;
CREATE INDEX IF NOT EXISTS "batch_kept" ON "batch" ("completed_at") WHERE NOT data_removed;
COMMENT ON TABLE "batch" IS 'Many predictions of one version, its items, which are made of its input a portion at a time.';
        CREATE TABLE IF NOT EXISTS "batch_line" (
    "id" UUID NOT NULL PRIMARY KEY,
    "batch_index" INT NOT NULL,
    "batch_key" VARCHAR(512),
    "violations" JSONB NOT NULL,
    "batch_id" UUID NOT NULL REFERENCES "batch" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_batch_line_batch_i_5b53f4" UNIQUE ("batch_id", "batch_index")
);
COMMENT ON TABLE "batch_line" IS 'A line of a batch''s input that cannot run; `batch_index` is its place from 0, `violations` say what is wrong.';
        CREATE TABLE IF NOT EXISTS "batch_webhook" (
    "user_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "tries" INT NOT NULL,
    "attempts" JSONB NOT NULL,
    "next_at" TIMESTAMPTZ,
    "attempt" INT NOT NULL,
    "lease_until" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "batch_id" UUID NOT NULL PRIMARY KEY REFERENCES "batch" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "batch_webhook_due" ON "batch_webhook" ("next_at") WHERE state = 'pending';
COMMENT ON TABLE "batch_webhook" IS 'Whom to tell of the end of a batch: the receiver, and the one message with its tries.';"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    await db.execute_script(
        """ALTER TABLE "prediction" ADD COLUMN IF NOT EXISTS "batch_key" VARCHAR(512),
          ADD COLUMN IF NOT EXISTS "batch_id" UUID, ADD COLUMN IF NOT EXISTS "batch_index" INT"""
    )
    where = "WHERE batch_id IS NOT NULL"
    await create_index(db, "prediction_batch", "prediction", f'("batch_id", "batch_index") {where}', unique=True)
    places = f'("batch_id", "status", "batch_index") {where}'
    await create_index(db, "prediction_batch_status", "prediction", places)
    await db.execute_script(TABLES)
    await add_rules(db, "batch", BATCH_RULES)
    await add_rules(db, "batch_webhook", WEBHOOK_RULES)
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE IF EXISTS "batch_line";
        DROP TABLE IF EXISTS "batch_webhook";
        DROP TABLE IF EXISTS "batch";
        DROP INDEX IF EXISTS "prediction_batch";
        DROP INDEX IF EXISTS "prediction_batch_status";
        ALTER TABLE "prediction" DROP COLUMN "batch_key", DROP COLUMN "batch_id", DROP COLUMN "batch_index";"""


MODELS_STATE = (
    "eJztXetz2za2/1cw/pJ0RuubOLGTjbc74yRu67tJnImdZmfrjkSJsMQxRagEaUXb2//9ng"
    "PwAT5F6GWKxoc2MokDgL8Dggfn+efBlNnU5YdfOfUP3pA/DzxrSuFH5nqPHFizWXoVLwTW"
    "0BUNw7jFkAe+NQrg2q3lcgqXbMpHvjMLHOZhyys2pUNmL8h8wsjI8gibe0T2SCzPJjOf2s"
    "4IW/NTMneCCQsDYpGZxfmc+TaZWHxCPCa6QHKXjYnjEYsTJzjEKdhsBHNwvPFORgs954+Q"
    "9gM2psFEoPfb73DZ8Wz6nfL4z9ld/9ahrp0B17GxA3G9Hyxm4trXrxfvfxIt8UmG/RFzw6"
    "mXtp4tYIpe0jwMHfsQafDemHrUtwJqK+B7oetGPIovyRnDhcAPaTJVO71g01srdJGFB/+4"
    "DT2BDsGRTg7x/6/+Gc1Nadfvf7q87l+dX/f7BwWW4xxyfIkujQB2WC6OFyBSf/4l+00REV"
    "cPcIB3v5x9efri5AeBAePB2Bc3BV4HfwlCK7AkqUA9hXkCfAYAClC/m1h+OdQpRQ5umOx2"
    "gI4h2gKoB1Pre9+l3jiYwJ8vn9WA/OvZF4Hzy2cCZwYvsny7P0V3jsQthDuFl04tx9VBNy"
    "HoHLhHxy8boAutKuEV97L4xltRH7eiIs7X9HtQjnOBcCW8IzQTuOMmKd7pPr8DwGvwvT7/"
    "9zX2POX8D1eF9enHs38LxKeL6M6Hy08/x80VNrz7cPk2h77D+5Y9dbwi8G8Zc6nlVWzWCl"
    "kO9iHQrbLOmwCfXNkt8m8vLz9kkH97kYf268e351+ePhdsgEZOIC5ffLrO4T3yKWLSt4Ii"
    "4u/hTuBMaTnkWcoc6HZEehj/2BYHtrnXwAPal567iN7Kulfh4uP51fXZx88Zrrw/uz7HO0"
    "eZdyG++vQktyslnZBvF9e/EPyT/Ofy03n+E5y0u/7PAc7JCgPW99gc3gBlO46vxqj9hWLR"
    "7Z3yxcYLQ2t0N7dgz8rcSZcHp5yjrFbyOkaUP/3rC3UtgW1xGUTi7JXsZQ/XwF/xqo+vpm"
    "shBcmaOf07ulgTpLOZ8y+66CpG6RFmdYQ+4j9dBWhoBaMJXROht9hJVxFSjo7rofQ56Whv"
    "5bF6pOZ0OGHsrs8pfKSDNdH6Jju7En11aW3h948dsaovYvHW9Giav2J51lg8Eo6NI0Wgfa"
    "G38LWeXLM76h2UKHgy93t1ih5ftuwHSdOlGp9Lj5KIjAiyHhkuSDCh5OqXs78dHZ8Qdluq"
    "vGlKeOPdeIOQC+FvQBxO5hPqwQ0ytzih30dwngdUyC3zBbEHRyYyiJYNzHHQIwOfzmLxcS"
    "DJg4kVEMvjc+qLfsbOPVxl3oiSKfNplfLnt1hG6UuFTTrMwe85xdBvB/T7zIGnQ5n190o1"
    "Ufm5r057scZxr83H65Mmp+uT6sP1SXS2rlYVKcwqAH7hVZyzs0Q51PH93r89CuYL//zt6P"
    "nLVy9fvzh5+RqaiIkmV17VsMKc6h7vqS6jGUx3N02uZyk7yPU94XKMSS2bow+vLo8Vsg0w"
    "uJ1icSf4q4hGujzOkRo+t5nPWbm1qVkyS7VJ82R7WbvEGFnQbBYwLgL8ExwpnLH3L7oQMF"
    "/AVCw4ajwmHSZc9q15cgDKrSz4Ac9Npd3g3dnVu7P35wd/VeuMt3majrEvOUgrbKk+Qyur"
    "oNnpmcPS+JvjvSEWtJo67gIPvpmTMccr84kzmsARleIZ2IXz6imxRiMYLG6Dk8VzMXo+UP"
    "gPHR4qT967GHS598RvwrUEFwHcaHhi3jvHCuFX8XLP/CrMoa4ScHOoM4e61nK5kTAIG/VK"
    "r7ZKZ8T9NnM4/qxqfCkVEiPo1wv6sT/smlJ+7Hi7n5AuFfGVBaUr36v6CcUitaZxMW8H6w"
    "juW7UtRo4iJYeh1IWk+iwUOas0OwudEWiKhw6L4NJ5woVB0Al4bBA8JYMZrAfne2QGtAJp"
    "IiRTa0GGcKaZsLl3SAauxYO+ajFElODAAh1PHS8MaPFItOOxdU5GvYxI3aFz0X46nIt/C0"
    "BXG2zj9psx2D700Sdjsn3dxN38dbW7+euCu7l8xXTgTSk6CPBRE4CPqgE+KgBs3A027G6g"
    "aH9HbFbmUve/V5efKrTrCUX+MOWMAvJ/xHX4PvoX1ACLWGSOUAUv/rzDfm6Dxg7yXvxGVV"
    "W95o2qageqKqPH2JoeQxWndfmcpzWcbjOnfXoP5/LV/BBUSsPlNnPZ6CWNXnKP9ZLb1LTJ"
    "gKMSRVsSiVStZ5smTRpo2bB7W6ZJQB0WGvfZHDh9SgQWADHqrTi7DXrwf+kqj5ow7oZjAm"
    "tnwUlg3VGvTIu2sb6F1z+3pjOX8gGxfEocW3gkKIE5KbkYQ+jg0DGB0HvqLzCrwykZ+KHH"
    "hSIObhIAf0HmFHqbWjaAY8EZKwhcSlxY5qcw4r3lOwhqX4YVAOWIhbC+BDXMWkQecBI347"
    "KzKAahOmpAzC9ac4K7+WiBPw/SVZI7lkjnCJRa/Tg+MlpKmXXSj0+L8ct8IIhgNeAf5Nsv"
    "51/OJRNEz+Tiinz6+uHDgdielcFjfVXTYfEvvoFxw5m9wkNLqpXGN4pUo0htiZ5v88qoO3"
    "guHXDj9h0Ed/NKVHVaBYyrU3bkyHYH9cEDbAxbyddx73Bn6MAne6GztrNUHVzhz5us8OfV"
    "K/x5YYUH1lhLkx23370eW/kUDkPHBQmTH+J4D/Ex3Ip2O5KBtewKKYlhyMYZggeKIjfeOu"
    "PKGNKYYnfRo8+2te/I0NG/Hx29ePHq6NmLk9fHL1+9On79LIkhLd6qCyZ9e/EzxpNmGFEM"
    "MM0fyoroV0JfRtoZNpgIXmNBW8OClj1xa0V3ZigN19vC9RIVfCFdS6oK0eV6ltLYWdrD5O"
    "K7rSocm2qyVBpjaam3tAisjKllmalFXVIZW8sXWOFfLt5dN3MCT9TtJXK3bkq3X6O+OoR6"
    "Vlim/gaSKP4qe+kqSCb/XTvz3+0NVFs3BCfbVJVBWN3HlhiG+/dq2wYW4rg9YT6Raf2ihG"
    "nSsvskNrhi1jQuDKIj1+L8lAy481/aHy6C2GgLK4JTGSmBVlM3LI292Pp4pUZZiU2NUdZY"
    "CI2FsCUqfmMh3Cv7CaeWS0vgrTYOphSdAHjXlsH0O6ChHM4SmdyOJZphoyOshrq7OkJVMm"
    "oq5ag0RntUrz1K3DXX1B51LUd9L6c+UtdUm1x1Y+1IydlMUZxUn8rulUaNUoQ502koqElE"
    "KkPVRde9KEmXRebMv4NTEhzdZ3AW4iQE7vro40otXnLu2lTH0lWXhf6I9n16KxNuo9MNsM"
    "zid9TGK3CA6/PRhE6tgcgVNmDiAeHY9hRda51AJBhjlk3tHuEhDitPen+Elhc4/xVahh/E"
    "GU8E38Mx7sZDT24ytjArGab+jqYpjo7JXDFRuO/AN140gSvBIfk2cVwqU4jjEAHDCH7Ahd"
    "rEGsN6hPneWo4LOPW5A29gknb8xhOdD+nYgkbiOeArwJmHacUXh0DmCH9lj+GAEj5xKTqc"
    "JjDDkfbpwA9dGqEhvGgHP/QwywAb0oF8SDE5fwGjMnZ3SoYsmIiOcDnifESflsyEDkOKYW"
    "2yoPCIgyGwRiYgSEfFOnlwPJ7DLjMJsEQesWxrFgBmkXm84WE5nA7helMf5iWOvNHc+pJj"
    "uDZ79c68sCsGlPxInnz+cv757MvFp5+fFLyJ8en7y52I47EjGJb6EUfdCifiy2vjSNwONY"
    "Fcjs3l/pTAyPwlMr94v3RUAwlBJ46u29YNyA+Gjm4gpTBF/lZQDUjJRGCms6izZB1c2pt3"
    "jE+FQC3VV4aqE0Dveo1n5W2dZV6k7MIek9vDj1432cSPXlfv4nivkKoI7ZqsRPCozVaUEn"
    "VipW/bTJGeG4s4V3vAZ6nWcoJv2cretbd7dEzXAj8laUf4AQ7bmfADx5uFwQqvRJ7OpJxa"
    "560Ig9W4UCA0bFjrXbhleu+AbG9AXyf+KZIYV5Eyuylfbl7qsZ0x5SUm12qEU4ru4bv5PK"
    "N17gJ1kXwb8BhoG9IPEtEnbCI6O3dCYGT51XduYVrSQT0hMKivhTre1lruKo3BfnXsM1bc"
    "IgPqPZgKxCbkrT0+S8WQNysI6HRWIjRVfs0VChMTnv9ES2cKTSewDNEapuz9eU2W2q2VXL"
    "boLdMPvcAp8f1akso2S2o2ojZvRCabQvUmtZ8+s02yKcQeRxq7pUJi9srsXmk8kI0Hcqs9"
    "kNMA9vwmsAFUm0dft/PlXwqrsvOtkRZA9drcRaj7noBtIt1NpPt+RLrLdVUSRZEsuOoYim"
    "HSZGkExUfM+q3mDY8yk0fe3z3hZ+8EdMqTkIcoQ3gcSS6M58QiM+YL1wIRmy6E8YMculsd"
    "DCMtric0auFwMhC/+KAnvPxRSY6dDMIZRlLABgs3mC9jCVCbRW0gxZCFwF/02e3gkAwCFl"
    "hukuUch3cdj8LcRIyBOHFi0AON0qaLdtQ+hZHxEQZRwL2M1of76oMPFwSE5ShMQpQOHqTx"
    "+dDlVJKJO9ihd2+5jmhDbzwxC9lgZHkY3OCHWF9xhF9OF7sS3VpDAAn/EhMTKESULMouL6"
    "btYUZ4CbIyQ+gOpCYHf2OkxI0Xh1QgwfcgYcCQjh2PvxE30PgjY2QQ7R6BZRlRCKdyccuT"
    "DDok35xgAnN03T7z4eAQTGCNwMQBWDlJQOzGg+15dAecGdJbFo1+6/hcPDCP0HN4P2o2IF"
    "wkyY9iYCRbMKKFRY94B/3mlp8TkAmD9xHZC8iiLgHWnpybVIENMNpGjEy9ESbpF+VWseal"
    "FcaKhyQIBhuKJSsKX/qMTQnMnExh9tF0MQ4lmiiuvRsvCbWBhofkE8vMMLv+4WUZUVgv32"
    "dWVG1aDMxFUAuslRmDzSkJbPFZKPlxOaPe2cUTTs4+X8gwlxvPp7C1cnVZ41hLsvTjXccG"
    "UOAZvNFClC/NR7pUFefsxYnrs6EwrgUvb5NQGLGn9dlMlqetC0RR4KnMqL88/EWOJ1+pBo"
    "E3smE/gjUdPIqEIWef3sN7iLlnl+X6j9BrND3Xuaf9uLJJ7fQaDR1vjc0Gl82XjZx0WoCj"
    "CZ/UeTeb1R2dLS31gNMQITM+nbJ7+Pp2KE5JhCm93LMwpYqUcdUuHQlBBx2FN+/SAQ8Zag"
    "V4JAQdhHcLoR2BFYQlB6T6qLCwzILdBYA3HxYWizY6EKs03XP7OmmC8Uk1xicFjOVpqYjw"
    "Eq9p44axphtGKnRpyBkZImMfyTvhyiO8DqAqjcEzi2f2jF6iB2QMzs1ehR9JgTgH7xCot/"
    "XJS67sFtu3l5cfMvvE24t8nOLXj2/P4SMo4IdGjlTxFz1NUuWGJu5Zwh1iHp9P9hZy/M7C"
    "wKPQ91HJUcS90meqhLJDbtAb856yqWWjxmmlNPsZUuPr02ZfnykNLDzx68iUKo2RKleXKo"
    "XpQmPrStqbDavkI4zmHA0wk/bGczYPpTBoaUCZtDdQFlIRhaMRpXpwZmgMpIXQK2EH1sAz"
    "JTBgFgqnRdZoDThVEgNoHtDInq+Bp0Jh4Cx81aVPhc53PaUwcObhjL1FSvQUNUHDKlVnMN"
    "1xwDAeiDVWcdy8M3BvboM1UXKbhNPEdD0OPY/iw6XJ5iyl4XKbuax4O+qyOUdq+NxmPqN/"
    "apHB1RlK4/Zd8LGo4+M2UpNS3y/LkVkNdkJg0NZHO++5XMC92pmohLQLHMg7xjXzjKtzjS"
    "vJ6C0covsTi090EM/TddBPbgup0VSf5gLYtf4CeVLjpaHhMlDi/K8tCpd3YWSlNstKSgSD"
    "Lr9zpIbPbeazyVryKNhsCjo+CjZnYsp03+ccrdm328xpkylnw67gSmhv41AFvomkd92EMy"
    "6xp4dolsqAWp/NKY6OzqKrnXboa9TNfkK6NOmQ8pY2SOVkMmQ1Q1UzQ5ZS+nZNYJvnbdpX"
    "aLOb4BqJsiKnnr7IgVGiNNNNBfUhcq/oCO56OY6UFLl0OGHsrhrQS49eM/hfQ1i/pf3tpT"
    "xdDqxuPiixuKpyQsUrb0leqH7sALQ8OdSZyAwjU/oI2idxBqZc8qFTrKmMfQuQRQYazCsz"
    "c60RJbc+m6LTyuDeYZLXXCTAieo4czL3mTcuZova+eiliW+insU2o4xSyHtjMog8aAYRlT"
    "UFuCv9t3JUpuRxiXEjTqujZTDNEHXPVHr8/KiB7Q5aVRrvxL3caTDZoIpIV0fMZalM9a41"
    "gubUrb7pfq3SmKN4/VE8SUu55ummaylX82cbdU1lTjbvzq7enb0/rzvYaInrq4igsSBeJY"
    "UqgvoyQVQ5IyyXRb9NQI4LGAmo60ZJMjE9piIeyiSUPh1RB06HMt0iXsEMo1PKOTyUzOyI"
    "wiFwivKizLmVUTA1aZyEEqBAOp5mnSTC2flUyTfplOSbxBlIiTXAwZlvY4rOiAQkWitJzj"
    "mnHBNFRk9XItPmBNdMvj3M7dk41V7Ev74tc4XFb+lBr5hxDxNeUfIjeTIDNOGhntSk3GvT"
    "NrxceG7lJlwnKRsd/mZNIn6JJrTagzNq3gl3tl07cIrM+Jp4qzQG9BVAFzu3ztEvIegE3N"
    "tObSgkBA2NRdLexJtVhO9pnZ5VGnN2XuPsHAuOBezr/WkUMuNK02ZXGhMbu9G9ysTGPo7X"
    "xngOPwo2G8/hzrK5oM/W0b0u1X3HXhDb1ny3QY+1ab33WrpspSBZiSY7W66sWo89y7Zbqs"
    "QGTqPDglQnRy5MRSV0aStUIteriN8Q5rkLcR2Vy7LgUlYnLAoT3TqewydRiaD5IRm4jHPK"
    "k0JXeEMWq+Y3Hqq3YS4eqqyF24XtUBuLc7lUqKJFQSdZscpyYQToDq7diRlafCS1vW8In1"
    "quCzPCuk2yhNOpqPU0se4peUY4A8R8eMaBKOwxIHzEYKcgStwtuaMLofLGUbAm052omAQI"
    "IVSocWdhAI/qjCdDFsJsrduA4m35KFjrSz6HfILQQ4CcoHfjDYEOe0rqb6FSfsBDPqOjoD"
    "/2WTgbvMGHxUeCGbu3iTIeH19UfBJTDwMOE+7LYQQJj0fnlmMnhamSiTB4RPRhESg4WMQp"
    "VqnTe+qhWh/XJY8V//BD3r7xkP/A4x5xZAkrixMB/vkfoeViJbDRhKL5fcAFy/kE7QO4AG"
    "A3hHcbRlIDPge4ELicBiyGQLrZ9Ag8kfgXy3lFa8FlYy4MJMIIApwRbiPiI0UGuPrpDIZS"
    "qlB9e/GOiOuwvLwAS4fBepHF3UTlK04iSQch5AGDN6qPhcR46sdj+RFRhIJYI+KZZXvydH"
    "AlfrwVdD+oBdok6NBTVJ0NRjnzRI05xaYj+hIVzGI3I7unuBDJml6xIxGiMKP+xJrhckAG"
    "xe/ZSKzxJ7wX+yMhA3ZfUqukQZ0tJ93D+jD/SkNOoTRTUiMG33fxb+g1MB0pw4n0L00sRy"
    "FH0xH88gNpO6qcSuiN9ebgN6jt1WQKkpnNx8WSbxsaOusKuzI34Ju6YWasOhOxxa8wFVFV"
    "TBLnJ6UemptPRFA1n8jMZyPstAyVxBVcY3Qs7pa42jeYwsUn8jRFo5eZ0A+FGam51JtPKq"
    "ZaNiWl90Lht5Wmq2yB2TOTFqajieWNpQK9bvbRYOrMi6Xp4m+s2JU16tSp08E+lk0mGah+"
    "OqvNYLVyeZsZO/Sij/JSBPLVC7OrKZUZ4jqC4sa2pm15zFtMWbh0FeUnIGalLq0yPlb6Gz"
    "eeX3LUrJtbPEztmlLnkpYsW2NW/bQX/ckZD+sH9RsxNRpNjcZdwbv5Go2xMNrQeBU3N5ar"
    "QtkBU+xyux4hQvdSxHdJHcYy64FxYNBwYJC6Lh3cUwpTqWh13IVuUQf2hMCgvjrqIpEogG"
    "priRxZqu6FdR01ych4VJ2R8aiQkVEiFsUFFKFekulVJewC2rv2XUVjhQ7ocfvdySkHD3AG"
    "3ArUUwrzGWlt5AqJ2cpX38qNZ97BRj3zhDFcA82UwIBZcMmOLTlZLJdUjGalBWpMCuK6FM"
    "QZdwUddWiB0JQ/LxwMFbcOzcVcJDarWmNVS+8ZzWjFDJFZzcbx/LG4qmb03dLpQpPFKZXx"
    "RG47e8er8Xdswq32gL+qc44mj3Okhs9t5rOpHPKY+b4Gvw2f94LPPGCzPqfwhHaJTuknl1"
    "kVWqU8YY7Nt0jZKda+v/z69sM5+fzl/N3F1UWkJ014KW5mT4tfzs8+mApvmm41psLbLvHe"
    "fIW3bHyQjrWlSGmMLqsbXXwa+Is+u9XRS6k0Ri2VT4OTRI7p7CE5su7t2MfHDXaQ4+PqNL"
    "PH+R0kE7bQFOcMUfdQNpU4u2IwUINBSnB3xpVm3DzlSsbctq1yac79+9HRixevjp69OHl9"
    "/PLVq+PXzxK7bvFWnYH37cXPCHmGNVUJwx8kf2fL8N/Mt/HhUtu3DE6T2X4HAsc2MtubLE"
    "irbBF7p+wyWZAeBZtFyPZKbM5SGs11m7lsquQ+Fk6bKrldqZK7Py+JKZLbqso8uy2S285l"
    "amrkPgiqpkZu+2vkhjOXWXY/LA2M0amQ+1V09JXv8RGuWMi1zD4blXkqre2gA1hUTeu97G"
    "7RJdhw4T1sYeFHX1P4qwguLsl/+zWOOq5OfRsmTZZmvb2eUOJSeywz0oo0nmliKI4Zsew3"
    "IjmpqPdLrdGkR+a+EwQ0Ti4r64dNqRfV/qWeqJ1WTJ273aGWF1OrzFGlZMLSE2QLhCZzlc"
    "lc1arMVdEKXcnNsYR2RU/HtqG+bVdHTPrTF3m/dYKV82QmZDlvFJRZffSRLdAZaPPQGjPg"
    "KrvFXuiTC7ql6mOlltyvK9CK82WpRCvv1Iu0aZtGlRzEZiqS46OwiVKlEBxOMbH9yPLIkA"
    "qBE+6MKBmoRhGR257TQGaTl4nqB/T7zAE24O3ymhBbHE9Ul9hM9v1TwZQ3UnrGHPsekdUo"
    "fCoiiEXOf48FN3H234ai9W8H6YQx76ySQF/ZHn6vlMBNllgja++9rK3prLSOm1K7od1KKI"
    "uoUOIFEigNmPN0HcT7eSO8n9fg/byIN3f+S1fy1c3Q7U7Q7pyrrnGXbgEPJtbR8YnOdpNS"
    "dM//dPOhGObUuYoIuBenTuOv9hg5rRwDNfmcpTQvdOvYrKFGyjgvGbeENe3rK+nZELBKVV"
    "uE5jJtGzqVNNO4nSmWXKlcksUxLY/IrnpkLip4CgUZD6wFV0tAKsSou6LALbuoZtvWIE3U"
    "WxEgsp7ZbznDr9FrPaxeq532+3bsPeu6SyfrXgPWDJGBdIl7b2LYWNfBN+loP2Fd7uOrLq"
    "vyGuQlrg+bcUjNFh3vKMCF7bBBofedmQ9jh8ASoUbxFawWaRTfxOXyzLcJm4pK2tR1Y3te"
    "ik5RNFnSHi140ITeY2Fx6S7KRR14acYTprceFloXgso8qoqNRcSLnZExViZ3PMJ8G+2LVX"
    "Xnbzzh7pC42mFBeDoCIn5IrkWB8BHFiaDpkQxshyNQ0h45XIBMxecUn468fP7skFzKWYjp"
    "DRzeh90N2kUVUKLi5DD2jXfLfFG8e/A/988ry2sXpKtGNsJ2fuWXS1it/CDViVMPFiLV0n"
    "1zXRHKLwk1qa5zEzXvhJmqTuWxjUI3Q5EEXQ9vlcaAvgLo0eegRMtTl0lJoTJJlDSSKJmK"
    "QgcbrShkSi6stJHsg8I6k/MtlW91+ZwjNXxuM5+NQbmzbF7LjbmZWigOT9yJUqgNJ8etqI"
    "Q2oeZJgmqr1T1q3O1StU8c9Ltoqv+JVTDouI2KmB5hPnpHywhFn83JLVzAIEUisjYLb+ol"
    "OqK1+0Q90uXX689fr4Wv+IfLn6/IiE0pscbAQ3FN/pLhko6Pnb4hA4/BshwQ4dMtlUSw2X"
    "HgfY8MOAw0ENdidc4hGQQYHR0T3HiBMKtxB33XsWUMpnAXdy0eEIvfURunnyqkgN7yZXuP"
    "zkHWx6fkVTqhvE0NWgkMpEIoa4tLlQ3ZTVta5/48SJfagQfnvsgnHT0MYAvCqPtkGVaEhi"
    "/6dije+/iFF9P5DosG/yDffjn/ci5jUcmP5MmMejbw+IlUPyuDK5nTtMeP6iwun8A//qnO"
    "wFgijeqs5cKGhupM7gAFMGuKoN+vk228bSDmvbwbOXnX+HgXXLxxA9GBNyEw8DaAV3x1NR"
    "Q1SfsuOc1vTFPDS7eCah/48o3AYIlXgvLkN5VgJu0NmtUqWa2KLyrNWrVe2gZuDXJbKfYS"
    "C/gF7Ou1PQqZUfW0TtWT0dDD8bKPxXn0mZwjNZrbNvPZaG4fBZtNHvpHweZ2Omu1l8Gr+w"
    "8bN9cuurleUfiqBQfV1o+oQa+J7YOnbRtE8nBYMej4KamkDQKVlD24YrnUPk1dQVH97zNU"
    "CtnEmlsLQcvJkHLHTjT/onmTNDq7HbpR1E+ppcGE+zyskl2uhSLS1T5+KUUnFJe79vAzov"
    "mjkNlaFLttztnbO4AZE2VninW0FNKVq3U8sOwdnX6YXyZ3pzdrZe5Zplmj9OsjEHRcNg7p"
    "GzJidiTf+iFIs7L/HrGk086c+XcYOWZ5HgMpDiRfJzgVd84+X5B7y3Vwi+XSB4jLjJB8NK"
    "FTi5dnY9/ZyGskZxf/Ft6oaht13H4zkt6DOultJ/tStWB9B4+pA3XcvhNCdT6FYQOwj+oS"
    "GOa9AWR2b/lS6FgK83TGWriGtTBKBK7PhQKhYcMabLCdcWnEWPVWk1J0cLPZfCpaYfnklJ"
    "bohBuYTGNCc15v3UlurSCIDWqphTxYJiZHd2pl5HnaplEud9mezHw2opwLN3cUMCfU8oMh"
    "tUpKDTWiEnnVozpsirO6Y3PUPOPP+Cb60yOtTe+dEX0C4jGdMn/RIwNZIS/Kyi7yLADdAj"
    "NQYdYp6sMTDYahDWJv1OjGS1tNLdnylAwCBpJ43A9OdXDrU5pc8GO/+2h8NveAyPH6t64z"
    "nkT++2oxJUfK8fCMg7nlukkf6Mdv+SDDSzAkc57EIPVk8MHcCSZKlAA81wI7dKC9wzlADO"
    "2ms2ABN+AJ8RaeZ21+CqMNfcw60U+OQVzObQQbC6dcnjBGLHRtTDOPgRCY04Xa5SOfisQU"
    "d1EfPmNTwmQhKHEZ2HTj4WPciiT2MP3hQpaJokGAdgRgI3a77hHEqPV3odaHtaklEsTtOy"
    "gQHB0fNzl+HB9Xnz/wXq4UVNkyrnT5nJUuY+PwKQQhsQ1ria8JRQdX6+bTQsPnxF/N4JSl"
    "NAJs6wRYc0p5ZEyWW19fV42bI9vdtnmwLalpBzVSlFNEEeu6ihE5QlMwosiSZgUj0lObHg"
    "OydAb/VfFXzuN6DMgRdiZT0o7xV3UdegzIU5p3YFUexForHfuGSrN704aivhiGjhs4Hj/E"
    "8R5Cg7EVg0eiqdM4gWdoOrMfbewQjvJhUL7MKyHN0BhI85AKTbHOrpEQtGPLwGE7s2UUFO"
    "k6jCklNkzaOJOEGUKHMQmBYcZGmNESe+iX0HuHubIOSiyiyb1enU3UD73+KGnWyG8wThom"
    "bGo8rXYzn1AvYwxE01+SESw2+Q3QPlgShbPRnjdsdLuawgenWmDaoMXiYf3+5Hf9xdGrk+"
    "STjn/Ufc2vPp59+BB/0quNbFFZ79Uy3haIjeq1darXlmyIStX5sj1RvV27LeZL2TbbGUXz"
    "uHSGKGL+BH04ZmHAe0S68sEPLBMm/UJkZRl+Skawv6Cfc0R68fn+hHg0QFcSsdcl/ZXvmz"
    "sYV5YSgfdJlO7A+McpZooUOHHMJ+nTKbuHn5xNYc9FL4jRxPKwSocTpDVGPDZk9kIUQguY"
    "zPO47ob90NXlW+SqvSmHvup9fBUFm6nJvZJqrSU76hn1ndGkbDON7tTuo1baZtkOWs2CDU"
    "tzawty0Qve3k1hI/qZ6k0gUtrq7LkKSQc9UbbiN4UvlQbCUfMOovu8kcn6eY3J+nnRZA0j"
    "BqWZHat1KAqJicLYJ33JX/8PHeIuwg=="
)
