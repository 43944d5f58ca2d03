from tortoise import BaseDBAsyncClient

from migrations.indexes import create_index, drop_index
from migrations.rules import add_rules

# Each step can be run again; what the table of predictions gets is built while others use it
RUN_IN_TRANSACTION = False
PREDICTION_RULES = {'prediction_priority': 'priority BETWEEN 0 AND 2'}
LIMIT_RULES = {
    'user_limit_values': (
        'weight >= 0.01 AND weight <= 100 AND most_waiting >= 0 AND most_running >= 1'
        ' AND most_waiting_per_model >= 0'
    ),
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    await db.execute_script(
        '''
        CREATE TABLE IF NOT EXISTS "user_limit" (
    "weight" DOUBLE PRECISION NOT NULL,
    "most_waiting" INT,
    "most_running" INT,
    "most_waiting_per_model" INT,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "user_id" UUID NOT NULL PRIMARY KEY REFERENCES "user" ("id") ON DELETE CASCADE
);'''
    )
    for change in (
        'ALTER TABLE "version" ADD COLUMN IF NOT EXISTS "recent_seconds" JSONB NOT NULL DEFAULT \'[]\'',
        'ALTER TABLE "version" ADD COLUMN IF NOT EXISTS "expected_seconds" DOUBLE PRECISION',
        'ALTER TABLE "batch" ADD COLUMN IF NOT EXISTS "priority" SMALLINT NOT NULL DEFAULT 1',
        'ALTER TABLE "prediction" ADD COLUMN IF NOT EXISTS "share" VARCHAR(80) NOT NULL DEFAULT \'\'',
        'ALTER TABLE "prediction" ADD COLUMN IF NOT EXISTS "priority" SMALLINT NOT NULL DEFAULT 1',
        'ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "capacity" JSONB NOT NULL DEFAULT \'{}\'',
        'ALTER TABLE "run_count" ADD COLUMN IF NOT EXISTS "measured_until" TIMESTAMPTZ',
    ):
        await db.execute_script(change)
    await add_rules(db, 'user_limit', LIMIT_RULES)
    await add_rules(db, 'prediction', PREDICTION_RULES)
    for name, definition in (
        ('prediction_share', '("queue", "share", "rank") WHERE completed_at IS NULL AND canceled_at IS NULL'),
        ('prediction_version', '("version_id", "rank", "run_at") WHERE completed_at IS NULL AND lease_until IS NULL'),
        ('prediction_oldest', '("version_id", "run_at") WHERE completed_at IS NULL AND worker_id IS NULL'),
        ('prediction_running', '("queue", "rank") WHERE completed_at IS NULL AND worker_id IS NOT NULL'),
    ):
        await create_index(db, name, 'prediction', definition)
    await drop_index(db, 'prediction_warm')
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "prediction_share";
        DROP INDEX IF EXISTS "prediction_running";
        DROP INDEX IF EXISTS "prediction_oldest";
        DROP INDEX IF EXISTS "prediction_version";
        CREATE INDEX IF NOT EXISTS "prediction_warm" ON "prediction" ("version_id", "rank", "run_at")
            WHERE status = 'starting';
        ALTER TABLE "batch" DROP COLUMN "priority";
        ALTER TABLE "worker" DROP COLUMN "capacity";
        ALTER TABLE "version" DROP COLUMN "recent_seconds";
        ALTER TABLE "version" DROP COLUMN "expected_seconds";
        ALTER TABLE "run_count" DROP COLUMN "measured_until";
        ALTER TABLE "prediction" DROP CONSTRAINT "prediction_priority";
        ALTER TABLE "prediction" DROP COLUMN "share";
        ALTER TABLE "prediction" DROP COLUMN "priority";
        DROP TABLE IF EXISTS "user_limit";"""


MODELS_STATE = (
    "eJztfWt32ziS9l/B8Zek36PxdJzYycY7e46duLu948Q5tjOZd9tzJEqEJY4pUkNQVjSz89"
    "+3qgDeSYnQzRSDD92xSBQAPgWChbr+62Ds29wVh18FDw7es38deNaYwx+Z6x12YE0myVW8"
    "EFp9lxpOoxZ9EQbWIIRrD5YrOFyyuRgEziR0fA9b3vpj3vftOZuNfDawPObPPCZ7ZJZns0"
    "nAbWeArcUpmznhyJ+GzGITS4iZH9hsZIkR83zqAsldf8gcj1mCOeEhTsH2BzAHxxtufbR7"
    "7977LO8JZ+gJdcf3OHXFejYHKJwnK+R21wp7h+zbyAqZA00eMq1cHsJ8sQne7HP4wQI+9p"
    "+43aFpupYIWTjiLPBn9JBTz/nHlHdDf8jhMjLt97/BZcez+Xcu8Oe/Dh4c7tr090F2IgfY"
    "lH+HZxcCnzyijriOzOymSIjT8wndOyBS4DH+YN9+u7i5YNne2eUt+3x9xz5/vbo6+Df2O3"
    "ns0lwyS8uhbul6N+r869fLj79QS+Rjvzvw3enYS1pP5sAgL24+nTr2IdLgvSH3eECzTZae"
    "N3VdtUKjSxI4uBAGUx4jZicXbP5gTV1cwAf/+TD1aG0wHOnkEP//9r/U3FLtul143u7txV"
    "23e1BY8DiH3KpUlwYAPQDpeCFy4F//lv0miNDVAxzgw29nNy9fn/xEGPgiHAZ0k/A6+DcR"
    "WqHVTRiewDyC5QMAFKD+MLKCcqgTihzcMNntAB1BtAVQD8bW967LvWE4gp9vfl4A8l/Obg"
    "jnNz8Tzj5sY3Jv+6zuHNEthDuBl48tx9VBNyZoHbhHx29qoAutKuGle1l8o424ixtxEec7"
    "2IrKcS4QroS3QjOGO2qS4J185XYA+AJ87y7+eoc9j4X4h5uG9eWns78S4uO5unN1/fnXqH"
    "mKDR+urs9z6Duia9ljxysCf+77Lre8is06RZaDvQ90q6zzOsDHV3aL/Pn19VUG+fPLPLRf"
    "P51f3Lx8RWyARk5Ily8/3+XwHgQ8+kQXEP8Id0JnzMshz1LmQLcV6WH0x7Y4sM29Bh7Qvv"
    "bcuXorF70Kl58ubu/OPn3JcOXj2d0F3jnKvAvR1ZcnuV0p7oR9u7z7jeFP9j/Xny/yn+C4"
    "3d3/HOCcrGnodz1/Bm9AajuOrkaoZbieE840OV+k3gD392jfaxCzI0yWcDuW9vVZnSE1fG"
    "4an/Gw8/CYksPxQt8aPM4skEQyd5IFIaJTWPEjqyh/+fMNdy0Cs8h2dUS/lb3s4c7+72iZ"
    "R1eTHT4ByZo43Uc+XxOks4nzZz5vK0aJWmZ1hD7hP20FqG+FgxFfE6Fz7KStCKXUYeuh9C"
    "XuaG+/QouRmvH+yPcfu4KD6B2uidY32dkt9dXWtUXP2rVcxxLrvoO0S51hT20Fy/GenNDa"
    "wIt4GXfU0hfRGgz4BA8/BrLau3ykGwNxd+2964vq7Ab7au3raHMvdEJn3Y3rUvbTWhEUzW"
    "DwIq57loFeLtv08uEx0D/yqw6G2VsJmq4zdkqUBBGU1x6/8+F/ywFF++1V1FmLMB0fjXOY"
    "ji3PGtIssTskLkBQYd+O8Vls5O7GTFlu6iZrL2nCHWwa+oFgsEmyBz8g8y/2d0qW6ZElmO"
    "ejdZf+tNiMO8NRiHbiV2QARtsvjUy2Y/wFHaEuSBRt3rsZFo3fPdmerNZ4E3t+IdjECqiP"
    "/lTMGXwbHnkgDtm17MBHe7Ug9iAZDE8DvE+b4qEhPMLMcsKO/DOYemQIv/fiO5ENnfhU0y"
    "ZeaYwmzupZpFMkuzVLP4/+bQ0TtFwkRWx/cX2rwnqXkOSwfUCabX09Xx3+vHtgP15/Pb+6"
    "YF9uLj5c3l5ef85qMulm1mx0c3F2lbMbjYEhXXwpcA4FnC+9CpTzZDmscbPdu+8FTBf++c"
    "PRqzdv37x7ffLmHTShecZX3i5gRtEkRxjB9uOtAG2KzEBbAa1aft0J7KbjSPm4wvrNdmDg"
    "LsI9ndgrmhizlMa43GA7VCwa1zRDFU8mWaGouFSiUwctlUuA0fIGZd5iOdfRfZSDCocOuB"
    "xYs1h+TMuA8ORknqVn/3B2++Hs44X0fqw45mmeX274AyyK0Z3/yL2DkiNM5v7CU0wgW4Kc"
    "HDVdepABdjNFxoisw/pzkuZvfzv7w9HxCQrjZe63dQnpMAFo2pEP7GzEPbgBkr5g/PtgZH"
    "mACp1gkNjj30PWU0sK5tjrsF7AJ5ELTE+S01HB8sSMB9TP0HmCqz4sVzg0BLzqzPB7ZJFV"
    "nE2GOfhb7jzxO3rROvB05FRbeboo911b5IG5hstas96krIvgSR0PwZNqB8ET5R9YfdZIMa"
    "u+HJElWkl2aNwXbcPCg/FMa5vwUMczLbW7aXI9S9lCru8Jl2u5pKkPr/axQBiXw73gb0o0"
    "0uVxjtTwucl8zsqtdRXZWapN6rKby9ol2uzCAbqAcYk2G44UztD7M5/XPBm3z2OzkzseZ1"
    "dWjRPyEtXE5k7TEfYlB+kUW6rP0KlVUO/0jIbxPzjee2ZBq7HjzvHgmzkZk4VtNnIGIzJr"
    "wRnYhfPqKUP/FiGiNjhZPBejcY7DfxRBWnXy3vagdGofw8HZt+nQPvJn2KzPh5bHXkor/i"
    "e6/VOHfcYByIjoC84eAn8MDeFAzyNjn2CPfBLWtOT9Hute4EbNY/jeRZxSwOmbPQs4NSfF"
    "SsDNSdGcFBvL5VoSJuz+K73aaTpzhmgyh+XnXEdbnVC0IcQ6F9NeJ2HAUXXCgKNCwoDmeB"
    "o196VZ/XRWbrLUPpqtarRsBqQbNltWQJ0xI67p8Js3XrYEdz2/X80jrIplLDnBJlGO1QdY"
    "FU9Z7wB7BiczOjtaysOTrLjoFKqsuKesN4H14HxXtlsrlHZdNrbmcMpjAk6G3iHrYRqjbt"
    "rMiyjBKRM6HjveNOTFc+yOx9Y5eXYyR5YWnTv3M9MR/asht0TtN2Nlb5TY8q6O2PKuWmx5"
    "VxBb5CumA29C0UKANy8XGh+RDfuIpFT2A39SFrj137fXnytMIjFF/rDqDEL2v8x1xD46hS"
    "wAFrHIHFEL6aPymaJyGzR2kE8fZVSB1WveqAJ3oApsmG5hT5hcS0+UFqd1+ZynNZxuMqcD"
    "/gTn8tWcR9KUhstN5rLRSxq95B7rJbepaZM5sUoUbXGyrGo9WxyRVkfLht3bMqA5im72Zx"
    "4Ga0eZ/1BvJfyHsAP/l34TqAkT7nTIYO3MBQutR+6VadE21jc5fQhrPHG56DEr4MyxyY2k"
    "EL9NUeM4Bung0JuE8ScezDFh+inrBVNPxG4jAP6czTj0NrZsAMeCM1YYupy5sMxPYcQnK3"
    "AQ1K6MBQHKgT+F9UXUMGsKFxEsaiZkZypw5JB9SU0uk3x9YsU6QRlvrmJMYEi61QVBXfhe"
    "rzpahB5RLVtaIPkokUwm9uzJRvqvLMrFLrMmRQfOaD846JRlYcf3Jc7ATtnXcYdPDR6pvO"
    "oOi7/EBsbNBhDWHV1SrTS+0cUaXWxDVIWb12c9wnPpgBu1byG4m9fDpqdVwLg63XyObHdQ"
    "HzzDxrCVXPNPjnD6jquSY9Vd21mqFq7wV3VW+KvqFf6qsMJDa6ilDI/a714VnvoU9qeOC0"
    "KqOMTxnuNjuBUFuRKjtUwTCYlhyMYZgmeSIjfOnWFl7HBEsbuo4W3lKFIhw/9xdPT69duj"
    "n1+fvDt+8/bt8buf49jh4q1FQcTnl79iHHGGEcXA4vy5roh+JfRlpK1hg4ncNka4NYxwJt"
    "lP27heosUvpF9NVCG6XM9SGlNNc5hcfLdjlaUukzOEhseN57HSPeuch/N0bQzJqKfzWaT0"
    "KZyJ0zr8usrhNI2xfy62fxJWRXCNATRrAE0vqYwF9AY2lJvLD3f1QjNiI1jJUVa3ysZfVF"
    "8tQj17/uTBBqpv/UX20laQTOGkZhZO2huotu6eEW9TVW4a6X1sibtG9yndtobfRtSe+QGT"
    "9aBU7knpb/EicoPABJSC3BQGriXEKesJ55+825+HkSuFTI5B8Uvoy+BOSyOitj5eqZ+DxG"
    "aBn4Mxuhuje0MOCcbovlcmScEtl5fAW21vTyhaAfCuje3Jd0DD3pIlMmlyTY59Lajbq3ZP"
    "S0Z1pZw0jdEeLdYeVdQF0dYeta24cSenPkqvqSY50EfakZKzWUpxUn0qe0o1qpVt0RmPp0"
    "TNFKlMIEFdd1S+Q0tVJkO/9QmchQSbAncD9Dznlig5d22qY+lA70+DASrqH2TtAvRjA5ZZ"
    "4pHbeAUOcF0xGPGx1aO0iz2fHhCObS9VlkXM1ehbNrc7TExxWHnS+8fU8kLnn6Rl+InOeJ"
    "QSgzzaMb6CDS1M8IhVFNQ06egYzxVrLgQOfOOpCVwJD9m3keNyWY0Bhwh9zKsBuHCbWUNY"
    "jzDfB8txsQqPcOANRK/+ey+pwUAJITvyOZQ7PcxqfghkDkUReD4OKOGjS+pwGsMMR9qXvW"
    "DqcoUGOab3fupg7g+/z3s4moo4CIM5zNB/PGV9PxxRR7gcsSREOtckDEnD2mzO4RFhXgPu"
    "hVjO2fdsdTpGpF0fIyOgXwxaxDp0gnrvYCU6LEQxA4RgzoEI1QPy7xM+wC953BU0dAI25r"
    "aDKNBk4syXXNLCBPqwNuJCetHqmuH5HB6OyqEBKh6zbGsSAteUz0vN4/p03IfrdQMTlnjn"
    "q8l15ZpRBa4WeejDvhxy9if24svNxZezm8vPv74ohAjg43eXRwZEYysYlgYHqG4pMuD6zk"
    "QHNENRIZdj/ZNHQmBOHSWnDnq/dJQTMUErDs/b1k5UWeGrtRPtsr/vXDkhZSPCTGdRZ8la"
    "uLQ3H+2SiKFayrcMVSuA3vUaz0r8Osu8SNmGPSa3hx+9q7OJH72r3sXxXiGFGVpW/RLBY2"
    "EWs4SoFSt924aS5ORaxLk6rCVLtVZkS8NW9q5DWJSiQAv8hKQZMUU4bGtiihxvMg1XeCXy"
    "dCYV3TpvxTRcjQsFQsOGtd6FB1/vHZDtDejrBDUqiXEVKbOd8uXmpR7bGXJRYvStRjihaB"
    "++m88/vMhhYVF47gZ8FpqG9LOE6ZJVRmfnjgmMLL/6zk3GLR3UYwKD+lqo422t5Z6mMdiv"
    "jn3GjlxkwGIfqgKxiXFsjtcUXcrJpWmTu87bVqRsht6iVblQ8o4MRQb94vpWhdxVRpzj0Q"
    "NSt+oN/Hj99fzqgn25ufhweXupWBK/cnQTL8EFJwrrO7vKoW6FIR9PSk4SlSJuisJkP8nL"
    "rdLHSdM3M0O0hn/H/qzcpc4cqcTv6MTWnXqhU+KSuSTve5bUfJ2b/HU2eYOqN6n9dGWvkz"
    "cocsPT2C1TJGavzO6VJjDABAY0OjAgySuR3wQ2gGr9pAjNfPmXwpra+dbI1pF2Zc4ptreS"
    "gWJPwDYJKEwCiv1IQCHXVUlwU7zgqkOb+nGTpYFNn7BExqRYx0KFRHQoSsUJ+VjEkUiqnE"
    "aU4IE8SpjFJn5AeitKGUHC+EEO3a0OhgFQdyOuWjiC9egv0euogBiXOulNJxjgBBss3PAD"
    "GceEKl5uAylG7ITBvOs/9A5ZL/RDy41LglC4juNxIaNt7j06cmLnqsYIteP2KYyMj9BTeT"
    "BkEg24n37w/pyBsBwF98CytntJ2gzocizJ6A4WKnG8J8t1qBGXs5ANBpaHMUfBFIsRD/DL"
    "6WJX1K3VB5DwF00sTemrUiw0bQ/LpxDI915qitAfiE0O/q1qIHMVW+Tx72HMgD4fOp54Tz"
    "fQIipD1xDtDoNlqSgo0oJueZJBh+ybE47gwSzX7foBnBzCESwSmLnrqllaVGmFDx6BM/nI"
    "JgqZUug5oqua9ZigijIqNE2yBQPNfHzEe29sPUK/ufXnhGzkwwsp+Yu6hI4q4qJUYD0Mgq"
    "ORuTfAijZUm/xUFXmRiocIIQxNk+VmsEr0vRf4/phqv4xh+mq+GB+mZqrCy1QEHLQ7ZJdh"
    "doZDLgPQepPA8QMnnMPC/OxnmqTekXsPevNhFVDEmIWrJypMLSggDRbUxIcdLI4JC/ypZN"
    "r1hHtnly8EO/tyKSPEWMBh+xXppY9jLalZg3cdG4CDx/QGc6oHng8Rq6p23YnKuGRjyFwL"
    "XvA6MWS073X9iaz3viiCK4VOZX2Z5XFjcjz52tWIWJMNuwrWZHAVQsbOPn+EdxUzsS+rfK"
    "PQqzU913ni3ahU2MLp1Ro62j7rDS6bLxs57rQARx0+peddb1aPfLK08BFOg2LNAj72n+AL"
    "3aIAP4rve7Nn8X0V2R6rfaFighZ62G/eFwoecqoVGRUTtBDeLcREhVY4LTlELQ6nnJaZON"
    "sA8ObjKSPJRgfiNE37/CVP6mB8Uo3xSQFjeaLS8alIKIz/0upOE4nQpSFnZIiMDSXvvS6P"
    "+TqApmkMnjkHk8wxvkRX6PtwtvYqfE0KxDl4+0C9rU9efGW32J5fX19l9onzy3yA79dP5x"
    "fwEST4E++eojdKogDRxD1LuEPMo/PJ3kKO31kYeDANAlRyFHGv9KsqoWxR/MDGPKwibVcR"
    "2dsxbBeV8Kbpdue39mq7qL4+ensSA4o/FmF5++ns6qoIqM0tG1V4K1XxyZAaB6smO1iNeW"
    "ihCkVHSE/TGDF9dTGd7EUa34K4vfkClEg1aEPTADNub9yV81CSFVEDyri9gbKQFG06GHCu"
    "B2eGxkBaCAIl47sGngmBAbNQl1W5AGjAmSYxgOYBVU4UGnimKAycha+69GPR+a4nFAbOwj"
    "FZeeiUKH4WpC9IU7UG0x2nLsADscYqjpq3Bu7NbbAmNHGTcJpAuh9Dz5NyitNkc5bScLnJ"
    "XE65mOqyOUdq+NxkPqNPcJHB1bmSo/ZtcFpZxMdtJEnmQVCWrbca7JjAoK2Pdt4VvIB7tX"
    "dWCWkbOLCDwvPKw7w7ssRIB/E8XQsdD7eQpDHtJF4Ae6EDRp7UuL1o+GCURFNoi8LlXRhZ"
    "qcmyUiokRJffOVLD5ybz2aSK+SHYbIrb/hBszgTp6b7POVqzbzeZ0yY90YZ961Ox0rVjP8"
    "QmMg22E86o2KceolkqA+riFFpRuHkWXe1cT19VN/sJ6dJMT6m3tEb+LJOWrB6qmmnJUmXA"
    "1wS2frKsfYU2uwmukZ1MOfV0KalIidJMN//WlXKvaAnueomlUnmJeX/k+4/VgF57/M6H/9"
    "WE9VvS317K0+XA6ibhosVVlYgrWnlLknF1Iweg5Rm5zijVjsyjRLQvorRXuYxPp1jeHfsm"
    "kCmjDybqmbjWgLOHwB+j00rvyfElrwUlHVI5hwSbBb43LKbo2vnopZmEVM+0zaRGKSQSMi"
    "lZnjUlS5o1Bbgr/bdyVKb4eolxI8pTpGUwzRC1z1R6/Oqohu0OWlUa7+he7jQYb1BFpKsj"
    "5rJUpo7gGkFz6a2+7n6dpjFH8cVH8TgX6Jqnm7bluc2fbdJrKnOy+XB2++Hs48Wig42WuL"
    "6KCBoJ4lVSaEpQXyaIps4Iy2XRbyOQ40Kfhdx1VWZSzEmaEg9l5k8sneTA6VCmuMQrmNZ1"
    "zIWAh5LpNFE4BE5xUZQ5tzIK5oNVmT8ZQIF0Ip/p8zSV5NMpSfKJM4hydMLgfmBjWlRFAh"
    "KtFWdEnXGBiTfV05XItDnBNZPAEBOq1s5dqPjXtWXytegtPegUUxhiBjHO/sReTABNeKgX"
    "C3IYNmkbXi48N3ITXiQpGx3+Zk0iQYkmtNqDUzVvhTvbrh04qRyBJt5pGgP6CqDTzq1z9I"
    "sJWgH3tnNFkoSgobGI25t4s4rwPa3Tc5rGnJ3XODtHgmMB+8X+NCky40rTZFcaExu70b3K"
    "xMb+GK+N8Rz+IdhsPIdby+aCPltH97pU9x15QWxb890EPdam9d5r6bJTVeBKNNnZGnHVeu"
    "xJtt1SJTZwGh0WpDpZuTAVldClrVCJvFhF/J75njun66hcllWusjphqgb14HiOGKmSS7ND"
    "1nN9IbiIq4vBjXtPlggXpN6GuXj4N7ld2A63sSKay0kVTVW0ZJkwy4URoDu49kgztMRAan"
    "vfM4GpcmFGWCxL1s269172BA/g8Q6pfMehGFnwqvZ+gh6oXEqPiYEP2wVLBd+yRz6Pim1R"
    "e1Xtyse5qOljjSuY0oPlBEz2+V4+EmoxqdCaxCTER5QYD+TkUG3vY003j1kD6u0wVewKKG"
    "1EgbTwiCV1zkYWeqVAJ/QUIIEyF6upvbr3PD+Ap+6wIzZyhiPU1iNAWMPrUc7SIi5Ho3oc"
    "WvX9KYL+EHK8LZmAU5YskOBPPeStE3ZYH8ge6IF8AQ+oCtP1xFRM+CDsDgN/Oum9R2yQGz"
    "BV9yG2IyDnqEIY4j0NBaDclaMQhYgGF5Zjx3XM4nn4XNyT+83IesKFAJ1E1gD+xD20SOAr"
    "FdcVgz/kbVq5sDo7zJEFzwA+WjYX/5haLhaOG4w4Og70BC1WCTK0uPeAk7AtwUjpWNUerm"
    "EhpwHrOJQeQsDmaUj/Yvk3uYpdfyjItEPmG1hO5PBCn1fWw/eWT2CopB7Zvfft9QdGN2Bp"
    "eSGWmgNGy2KAVClNMCWkQQci9GEv6GLdOZF4IFmBolEg0MKmZ5bt8SW4pb/OifAnWdCPRf"
    "X8pIeSquZHbyq+yV1Zg64XVSaEJp7PpEzRwV+P8AFT2wegowrsWcCxv08JIXgRoD9pyZJd"
    "smiZR40daBBVOiQeHKYKEkbbT7L9qbnKanjMGsIu37n3JjwYWRMh7WGDkeUNuTjFym9PTu"
    "B7YwAbix8mdi1Lvg3sZe9m6l0krXBTOPOoHGPKEkc4UrE/6Rx27zl2J+X5JevfRf5fuASi"
    "+Vi0OKPtUb79L2Bf6cVuK1hzMcpFLPcywLP/d3irFNW9F5EhU7GyH7mkjbnaDvG9HBeK2a"
    "nNood14SynlywM6deGrxXDtwrNj+9hvweAnxx/KmC1iwl8PrksFtnDbyC+3R79gmWGc3G7"
    "oe+7XZyX6O2+NF5Jg0UmxGTtdGHClfbDQom1uNYTfmbo36lXw2KZGo6yDtUxWE4FWizhry"
    "CUJsvKqUy9od4cgho1+upMQTKz/rj4Ym9o6KwH9srcSDm9L5pRWUVAKsuXUodUluVbf83Q"
    "p3sF1GiKkrhyUrS9xrOrP6eYbiXcolyri8oZ5lisCxoKoWJpdcPKGUoBJCrFuJyvGm8fSD"
    "F1imTWm5kqElmYXVpRV39uRFV/pU0Cf4Cdlr2hcfiJxuhYoTMO76kxhcvP7GWy3DuZCf1U"
    "mFG6fkP9SUVUy6aU6r1QvXOl6aa+f1k9jRamSvBZNns12MIlFUvH9EnWKDaang72sXTpRw"
    "Mtns5qM1it5ulmxp56SprWfvmzqymR9jM7w7ambXm+Nx/706WrKD8BmlV6aZXxsTLGofb8"
    "YvXWorlFwyxcU+m5JHUn15hVN+lFf3ImquNZfdVMoV1TaHdX8G6+0G502qhpMI+aG2t5od"
    "RJdNKp7YMWEexunR5sa2fd9iZg6tulluwm6tuZ+tpb9pkkZWkR3yWln8vs68bFT8PFT5pU"
    "dHBPKEwtv9VxJxOWDuwxgUF9ddQp1TaAamsJHlmq9gU+H9XJWXxUnbP4qJCzWCKmIueKUC"
    "/JhZ4mbAPau47uQKO4DuhR+xbI1buGesxhPgOtjTxFYrby1bdy47t+sFHfdXIX00AzITBg"
    "FoKWIsNyFsuFufpjGpOkXyNJf8YrTkd5XyBcQ4+/PzuxRgh01n1QczEXic2q1ljVsSuCzo"
    "rOEJnVbEKzfpRgjox1RrozabI4oTKxOk1n73A1/g5NQPIe8DftSqbJ4xyp4XOT+Wxqa/3I"
    "fF+D34bPe8FnEfqTruDwhHaJTukX17cqtEp5whybH5CyVaz9eP31/OqCfbm5+HB5e6n0pD"
    "Ev6Wb2tHhzcXZlaqBqOoGZGqi7xHvzNVCzYag61pYipTG6rG50iYJFdfRSaRqjlsoniosj"
    "lHX2kBxZ+3bs4+MaO8jxcXUi9uP8DpIJsqmLc4aofSibWtVtMRikQ5dKcHeGlWbcPOVKxt"
    "ymrXJpzv2Po6PXr98e/fz65N3xm7dvj9/9HNt1i7cWGXjPL39FyDOsqSqp8SwZrhuG/2a+"
    "jc9X/KVhcJraLzsQOLZR+yWbEkVnXyhSmt2h4HhHeVx0zoJpGnMKXCNmgBLd6CCfUBjcV8"
    "fd5B1dhRV7pzw3eUd/CDZTwpKV2JylNJawJnM5kxpEd9fO0RpON5nT6brgdeX8NI0pwpQv"
    "wvRcNa325yXRQDOb9q0uoFkqs0QX18LE5VdEV7sU5lfVzV4u06UJwVPvaCYf+A3swDeXH+"
    "4OirvqBjD9FPWzn+t0KarpL0kNWFMJOtcE9i9JTy2FNrsHVoCLu0J5AYH0wc71Lbs7LQ20"
    "O1fEv/z5hsvazws2COroq9jjI1wB9VJ/D1VYtbSamg5gqn7tR9ndvE2w4cKrXRu4gHA1rF"
    "ERi9rgtueLRZhqlJ34SskKSipOfI2yGFQXm5jGTZbWmbjDxO7cHsoaEJRlPEmLKDAfpP2e"
    "ahigGzzj1mDUYbPACUMelXOQFXvRqiBTu3OPqhUXi1Vsd6jl5YsrMzSm8kDqCbIFQpO30e"
    "RtbFjKNlqhK7lNl9Cu6DndNNS37TqNScS6VGlHJ/lBnsykQMg7GcgsYfrIFugMtHlojRlw"
    "ld1iL/TJBd1S9bFSS+7XFWjpfFkq0co7i0XapE2t2mmyTA7mt0NhE6VKEhxOqfyX5bE+J4"
    "ET7gw466WNIlTER/BQFgKS5UJ6/PvEATbg7fIqbFscj+q5IWSqhJkqBIQqL6pIJKjCF1U6"
    "m0wDWDE8KZTkUP0wLP+EFY5AMJ7LMl3Ch25XLEXFcpWoTonT76VIjkWXPCaLygWc0hxQ/S"
    "vPD++jhPo15fXfDxIUMJV7qiBRas/5W6VYbxKvGwF+7wV4TY/KdXwpmw3tVuLtqFqfF0qg"
    "NGDO07UQ71e18H61AO9XRbyF80++UkBBhm530nvr4glMTMfz84D+1dhsovbtc5A/qhWSd7"
    "QgJu+oGJSnZGAdhFMkLQR549VKxMg6Oj7RATihaB++mw94NLqYSuj3XRdjvDh/RE6n9Bia"
    "fM5Smhe6cWzWUK5mXPqMs86aXicraZ8RsEoFtEJzmQ4aXa3q6aHPCmXvcVyqEC+7Qr0syJ"
    "1SbSxCay6U/jfMOkeQ8pUDt+yi8nlbg9TRzypAZI3b33PuEEYx+7yK2WZ6tTRj71k3iCBe"
    "9xqwZogMpEuc3mNz37pu73FH+wnrcs/39LLK+BF/OLv9cPbxIuujnbzcGwD3S6azlgJc2A"
    "7LQX4eo3rkJlsi1KQ8aKtFmpTH7nJ55tvIH7PQZyF33cjKnaBTFE2WtEe7NjThTzxgyidb"
    "sJHv2tIOTbbjDhO+FFSkOVpAf65d7IwNfZB5HI/5gY1W956qy0NWbfQcfeDeAKZ175ETUO"
    "yA6oQs4AMgEocM/VPhB8eJoEGe9WxHIFDSSt+fg0wlZhyfjr159fMhu5azoOn1HNGF3Q3a"
    "qTpj8CjWE5nc770HPxjjkL0/Pr3q1Zauahm5m/mVXy5hNfKDtEicerbAwYbum+uKUEFJAF"
    "Z1NTnVvBV21kUqj22Uk+tTqRE9vNM0BvQVQFefgxItz6J8hSkqk6pQI1Whqdt3sNG6faaw"
    "0UobyT4orDOZVRP5VpfPOVLD5ybz2RiUW8vmtZz766mFoqDdnSiFmnBy3IpKaBNqnjjUvF"
    "rdk45GX6r2iULh53X1P5EKBsMZUBHTYX6A7v0ybjfwZxhtQKG7jGojUDjAEh3R2n2iHun6"
    "692Xr3cUBHF1/estG/hjzqwh8JCuyb9kELETYKfvWc/zYVn2GAUlSCURbHYCeN9hPQED9e"
    "hapM45ZL0QcwZEBPdeSGY14WBEB7aMwKR4B9cSIbPEI7dx+olCCugtGYnBPD4DWR+fUlTp"
    "hPI2NWhFGEiFUNYWlygbspu2tM796yBZagcenPtUUAV6GMAWhLko4mVYkTBh3rWn9N5HLz"
    "xN5zssGvzBvv12cXMhI7TZn9iLCfds4PELqX5ODZ7KJ6g9vqpmvHwC//lf6RkYS6RRnTVc"
    "2NBQnckdoABmtfdlTNAKTU4+TKFWlMKCIIWCdytuIDrwxgQG3hrw0ldXQ1ETt29T1MfGND"
    "WidCuoDuIo3wgMlnglLE8JVQlm3N6gWa2S1aqrlqZZK6d708BdgNxWkrpHAn4B+8XanhSZ"
    "UfU0TtWT0dDD8bKLJfD0mZwjNZrbJvPZaG5/CDab6gw/BJub6azVXAav7j9s3Fzb6OZ6y+"
    "GrFh5UWz9Ug04d24dI2taI5BGwYtDxU1JJGwQqKTtwxXK5fZq4gqL6P/BRKWQza2bNiVaw"
    "PheOHWv+qXmd5FK7HbpW1E+ppcGE+zyvkl2uhSLS1T5+CUUrFJe79vAzovkPIbM1KHbbnL"
    "O3dwAzJsrWlLBpKKQr17B5ZtlbnX78oEzuTm4ulLknmWa1ihIMQNBx/eGUv2cD31bybTAF"
    "aVb232GWdNqZ+cEjRo5ZnueDFAeSrxOe0p2zL5fsyXId3GKF9AESMqWpGIz42BLlNQp2Nv"
    "IaJQt2mkOsWU5628m+VC1YP8Jj6kAdtW+FUL3tVGIy5718KXQshXk6Yy1cp/S2TI+vz4UC"
    "oWHDGmywnWFpxFj1VpNQtHCz2XwuZbJ8Cs5LdMI1TKYRoTmvN+4kt1YQxAa11CQPlonJ6s"
    "5CGXmWtKlV4UC2Z5PAH3AhyM0dBcwRt4Kwz62SAly1qKjagKpOmHJWd2yBmmf8M7qJ/vRI"
    "a/MnZ8BfgHjMx34w77CerBupygpQngWqPPDguJh1igfwRL3+1AaxVzW695JWY0u2PGW90A"
    "dJPOqHChw8BJzHF4LI716N7888IHK87oPrDEfKfz9dYsyRcjyWPphh4YSoD/TjtwKQ4SUY"
    "kjkvIpA6Mvhg5oSjVJQAPNdcVVgYO0IAxNBuPAnnqtYC3MLzrC1OYbR+gFknuvExSMi5DW"
    "BjEVzIE8bAn7o21knAQAjM6cLt8pFPKTHFo+oj8P0x82V5NLoMbLr38DEeqAoDTL8/l8XT"
    "eBiiHQHYiN1CNwNrYg2ccN5jI38GwHvzMrgYlnWA4837iJKhiIs/YPOa8nvvZU+4fih6P8"
    "kqFGSgUIskJokfnb3sWWEX++v9dMhoSeLj9WzcjlSqDcDFGVPNiBFMeN2zkrE/7ML+AC+R"
    "luwStW+h5LKdtNZly7jSN3VSuoyNZypJbPS90JKzY4oWrtbN56+G716wmmUsS2kk7cZJ2u"
    "Y49YMxWW59XV19c45sd9vmwbakph1UI0odd4pYL6rNkiM0pVmKLKlXmiU5XuoxIEtn8F8V"
    "/5TiQI8BOcLWpHTaMf5ppYweA/KU5h1YlQeRek3HEJOm2b0NJqW+6E8dN3Q8cYjjPYcGYy"
    "uWmVilqHECz9C0Zj/a2CEc5cOwfJlXQpqhMZDmISWVts6uERM0Y8vAYVuzZRQ0/jqMKSU2"
    "TNo4k8heosOYmMAwY/PMiA1AuvqkLKVxtG6yPikyOeq8dWka8+Jt5MVriMfEzdT7gNn0Dk"
    "p8JuJ7nUVeE8HU6w7iZrU8i6O0gmR1F0k9rNmIexn7NzoHxDkDI6eAHprEe9LSHd+Mzl8v"
    "MEjP9+wKz+Kdjbxha/ntGCTF6pPOBk2Nz+tZLAXy10dvT2JZHH8sEsNvP51dXUWyeLV1nJ"
    "YofKJWyqldIDY2k0Z/48bcEtNgVW4XqY1E0zRuN+TzeQtnQ26fk8615Auavr3wIyqoYaK8"
    "rfcdpeZRKSZ/BuvvBfoETqah6DDpGg5/YNlJ6WcoK5WJUzaArwnGzSjSyy9PJ8zjIbom0p"
    "cv7q/8K7qDcWVpKnidqBQUxtOPMfMw4SQwP3HAx/4T/Cn8MScnNTYYWR5WfXLCpGaV5/d9"
    "e06FNUNf5g1e9/NM89OxxMYErQv92ZSDePVXexU7yO5NUK2wgDRkR/2E/5y5jlW6oabuLt"
    "xPpTXSihvWy6wus3rQLgUblxT7O6xHL/AfcSY93HlSv98r4b+HJX6dwYhcp/ucDWkjC9jI"
    "sW04WPTnsBHNKlKv72DQ0rzmqWBXAjmf0Lw93rwn5M77ds/ceZ83wPS5t71cDuR6SZAXZU"
    "EuZpl2p0MdfKP2bcT3pBa+JwvwPSngazLqVaMfcMu+9ty52rz29zCmZm/SeJg0HiaNxxLJ"
    "9mxqO+EFVYIokWxTdxdKtha268YFJWrVjGa2Y6soQJ/+7ZDCG47ogT+W0XJSqR1VZMYsdn"
    "3+AOtKFu95CMtUARvrGQ/7N/5MKB2AO2ew4XD7PYjDMNhwyPG4/zDFQD1O9X3kUZ/1p6GK"
    "yhv7T5Yr494kv22Sql8IhjALOQdJS/cBm3tPklthUotaMIrYw6seO/v68fKu+/Hs/9+yl4"
    "Jz1hs7Q3hbUNf/R8mYPx696f4/DKL7LOPkcJao3gAsrGj8wJ8l6gjr3nMdlNKnIbrgCxgW"
    "YAJYsEA3qkUOWU+tXqqbPaPASAodnPb/zgc4xZr6i0zFn7J6RIvq/qQWGRyiSAUabSEHnV"
    "TFn0JpIQudJUpSE2oMFyWpKR1QlRiKhmGXtwx2Fvb569VVYS4KsrVmo/pYNp9kqIUzqsjb"
    "WH860f6/aC5qkOxEzGHueQ9zJlXhKoA3XPgt2p2sioTH1afKhKKF58o3dY6Vb6pPlW8Kh8"
    "r096XuppWmWWPr2h8DnkYls/hrq7Fe/Q0aMxq1XDef78b29dCN2rcQ3M1nLnvkc82dIKEw"
    "+0BuH7BtlD+1doKEpIXLdfN7QcDhMUVYumSrUc5StS6K99XRuzqa56N31ZpnvJfLC+46mv"
    "U5E4rWIfy6lu3k9QLbyesS24k67xJMGjjn6Vq4cWz+O5fVY9T91mWpzPeuFNMV1m5rl+0W"
    "0ik8mzGolWtWqs2LYC6IYosp1gra2B80txIWRTYKHdhjAoP6XsbEfFQWooMSM118r7PISG"
    "enW9WobZVEniRVpJQdq4MuXTPM29nnlAQSzUXoz8o9MpGpFI2JDQtNcf4jUg2tJ15WzmqL"
    "o6El7zKkRKAUZ+MI6ZYmHOyrp0bBFJOdOPOp9BNWLehHVzr3UrtDdkcWPqHideLcnuTMK9"
    "6jdezeoyyZMKk4eSi6v/US3XlquL4VDkYdmfMSf09ca8BlUlRqg4k4oXt64FVsberEVsu2"
    "E62Tbky0zLqTIEgGnjIrU9Kk9vCEuubQyrbEzj5/ZHmuVc6tvtkrgWbqLZ1a0u1C+9sKyP"
    "juUpaUPnzVFGj1KQFH/Y3rqPZ8iGbZjKJBatoAm1kU88dI2prZLQrQLzYN5mmNcbDRxsHU"
    "7qPJ6CylCUZrMpfzXwNdXpfRG443meMy1kTvy5mmMXqOxpb13B989+6twZjOqZbBMaFYSf"
    "/aMF7mI1xqBbgsiG/J617TB426u1KaxuxKpXjSYa0AaXUwapaqRTk5N5Y0T0L0yEsSElXv"
    "BRmi9m0Hx6+OauwH0KpyQ6B7jdGofrIc96AsnNeS+TUWBPJGLWpoUbGt1Gg65IPfx4o7Xt"
    "iJQwIihSYqPPEOqS2dJ+6x6aRMUbpeh1IXykY+IMQ8n4X8e/g+7m5s2VymHZIljGTHSd4C"
    "5jreoypgpJINMdQi9C3BZdUeq+9PMXx4Ygkx8wMbern3ZoEThtDpA+pxo/wJylUHh7HEI8"
    "wb7p7i4KjPpAwKcZYEORnX97HZdJKfYU2F6O8HHjws6dna43m+l/olUzt1i54ZAR84E11f"
    "owxRG2E+rlPOBlotqL1ULGhjfGA2LtHCGGW5VaprXETt25RYZWNirAWf3fFEJz95isIgWo"
    "Koy0HUWS2DW47UaIKarAmKREVNHqfIjOGr0Qzm3ycOdLcCj7OUhs2NZnOD9PaGza3Mtnnp"
    "PTmhVeWal7rbWaRScrLtaiiWSBVDepmx9YjpJ1H7MiAHtLi28+1vZ384Oj6JnNBCrB9xyn"
    "ocdUg9NvS5SOtSgJpPQuVgltM6bXE0Ki2ObbqUUpNyTHzG/iOvOmhrjx3PQUywVDQqtqRC"
    "C0fFmdXWAJXlnPj9gGao/kw29xZpifYzPwGP9Kx1tRgxQfuU71tRYDiwzvHNKmJ87vtwXP"
    "EqFnSKLId0H+ja9Sk8v76+ynwFzy9zmUo/f/10fnHz8hUhD40cmdipeHYcWWKks5yj9q1L"
    "0bv52tLJ50MH4CxV+zaNzRvwCTEeBGUZBO7g7LsA55iqDTgvkp0v/nqX2TAKgSex6Hx1/f"
    "nXqHk+GqWx7kd7tHfvxTHGKCV+ODZHR58V+JwjNUrkJvM54E/osrBSFEWa0nC5yVwm1Y12"
    "THmWypiBTZD+ZtEsaEcLC7YI7rZyNjcT1KUpm7OvaCZrM0whFUr5PJmw9xTVhibC/qIcFm"
    "+44KW5sLMNOouU+ZHzYzeI22op9IEIa1T55AkZdbZQzb5YZb9if3UU6hE36yvPjRZsw1ow"
    "k+D3BxdAjdbgh2AzbLUrFa4R5hy5L/w1VWqWMNVUqfkhhfNLm3uhE87L5PL43kKR3Em3ql"
    "WeRpVARE8VCmgK/CfoJHhPQrIjxBRjmDw7UwgllLVlZAVEj8KcVAHYDrOwkCLOHeOxouCn"
    "sTUvL2Gz09FLSzHKQfB2lGQyX4wxJf0bV5nndZVJmFX3WJVQtDDc57hW4tDjBYlDjyvzC+"
    "uA3PL0rMfHtXySjhf4JB0X8mSbM+uPIOxipbHuiieaPK1hdaNZbc415lxjzjWl55pb4NFl"
    "adyAurPwTCOgTdepHTCAzf/geHGyh6mHVSVn1vw96ynP+xmmiwh9OlVER44O3OXwbQ17mP"
    "hhzm2ZpRab9AN/JmRlypD1+dBC3/4yU8SuhsZQgm8jFRgQ9UIpJCxPzOB0ZEOXoTN4xC7T"
    "I8bd+X50gBqS0YQJmfyUclf0/XB0SoXvoW9gwrhH6X/vvdlojlENROL5Hj9kZy4m6Qg4p/"
    "Khj3wSKnOLE0QGlw6NDKc0B1ZLgOaXL3/+cAEDWm7tJL8mYKFJpzBayl1dA1eWypi5Ksxc"
    "KZhpT9DHOUvWwgPZ5qH2fCU11AU5JjDw1lrJuNd3o29AEehqn/oS0lZAvmvP+kgwWMUXN0"
    "tqrGtNPoVKqU/7o5Ej20jsSqs/zkoy1tnKUiQmNkh/BzPuHz/EBmZcolujRWsmovuqRLuZ"
    "ehfekxP43ph7pa67uRadRUq1YOp1ea5xDeWazZ+cAU9M8v5DOEPNj496qQ6LMqBSblZUJV"
    "mumyp5JaQeK7A8TLb6sgdAg2B/aPtjYMeh63gcHr33U5lqbXcDL9dGtUf/tJdpVR9gjZbk"
    "TqyuCRgTrFUTcI8++lspxWgs1q2VvwoSw/N84c544AxGZV82dWfhF81K2iz7kFUzdsObf2"
    "X+0dK9vyT1qNrAm6sD30je0eq9Hr7SQiULq6vKSJG0QlO4A2ckfKk0EFbNW4juq1oOda8W"
    "ONS9KjrUwYhhaZ7yaoklRWJkln0qZPzv/wOv5OAV"
)
