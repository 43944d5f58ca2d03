from tortoise import BaseDBAsyncClient

from migrations.indexes import create_index
from migrations.rules import add_rules

# Each step can be run again; what the table of predictions gets is built while others use it
RUN_IN_TRANSACTION = False
RULES = {
    'experiment_ended': (
        "(ended_at IS NULL) = (end_reason IS NULL) AND (end_reason IS NULL OR end_reason IN"
        " ('STOPPED', 'REPLACED', 'GUARDRAIL')) AND (breach IS NULL OR end_reason = 'GUARDRAIL')"
    ),
    'experiment_limits': (
        "(max_error_rate IS NULL OR (max_error_rate > 0 AND max_error_rate < 1))"
        " AND (max_p95_seconds IS NULL OR max_p95_seconds > 0)"
    ),
}
WEBHOOK_RULES = {
    'experiment_webhook_state': (
        "state IN ('waiting', 'pending', 'delivered', 'failed', 'disabled')"
        " AND (state <> 'pending' OR next_at IS NOT NULL)"
    ),
}
TABLES = """
        CREATE TABLE IF NOT EXISTS "experiment" (
    "id" UUID NOT NULL PRIMARY KEY,
    "name" VARCHAR(100) NOT NULL,
    "shares" JSONB NOT NULL,
    "baseline" UUID NOT NULL,
    "max_error_rate" DOUBLE PRECISION,
    "max_p95_seconds" DOUBLE PRECISION,
    "counts" JSONB NOT NULL,
    "counted_until" TIMESTAMPTZ,
    "breach" JSONB,
    "created_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "end_reason" VARCHAR(10),
    "model_id" UUID NOT NULL REFERENCES "model" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_experiment_model_i_59fdbf" ON "experiment" ("model_id", "created_at", "id");
CREATE UNIQUE INDEX IF NOT EXISTS "experiment_live" ON "experiment" ("model_id") WHERE ended_at IS NULL;
COMMENT ON TABLE "experiment" IS 'Traffic of a model that was divided among versions for a while; one of a model runs at most.';
        CREATE TABLE IF NOT EXISTS "experiment_webhook" (
    "user_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "tries" INT NOT NULL,
    "attempts" JSONB NOT NULL,
    "next_at" TIMESTAMPTZ,
    "attempt" INT NOT NULL,
    "lease_until" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "experiment_id" UUID NOT NULL PRIMARY KEY REFERENCES "experiment" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "experiment_webhook_due" ON "experiment_webhook" ("next_at") WHERE state = 'pending';
COMMENT ON TABLE "experiment_webhook" IS 'Whom to tell that a guardrail ended an experiment: the receiver, and the one message with its tries.';
        CREATE TABLE IF NOT EXISTS "outcome" (
    "id" UUID NOT NULL PRIMARY KEY,
    "name" VARCHAR(64) NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "experiment_id" UUID,
    "version_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "prediction_id" UUID NOT NULL REFERENCES "prediction" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_outcome_predict_7a326c" UNIQUE ("prediction_id", "name")
);
CREATE INDEX IF NOT EXISTS "outcome_experiment" ON "outcome" ("experiment_id") WHERE experiment_id IS NOT NULL;
COMMENT ON TABLE "outcome" IS 'What came of a prediction, by a name: a thumb, a sale, a score. There is one of each name, the newest.';"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    # A process of an older release adds models without aliases
    await db.execute_script(
        """ALTER TABLE "model" ADD COLUMN IF NOT EXISTS "version_aliases" JSONB NOT NULL DEFAULT '{}',
          ADD COLUMN IF NOT EXISTS "traffic" JSONB;
        ALTER TABLE "batch" ADD COLUMN IF NOT EXISTS "experiment_id" UUID;
        ALTER TABLE "prediction" ADD COLUMN IF NOT EXISTS "experiment_id" UUID;"""
    )
    places = '("experiment_id", "completed_at") WHERE experiment_id IS NOT NULL'
    await create_index(db, "prediction_experiment", "prediction", places)
    await db.execute_script(TABLES)
    await add_rules(db, "experiment", RULES)
    await add_rules(db, "experiment_webhook", WEBHOOK_RULES)
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "prediction_experiment";
        DROP TABLE IF EXISTS "outcome";
        DROP TABLE IF EXISTS "experiment_webhook";
        DROP TABLE IF EXISTS "experiment";
        ALTER TABLE "prediction" DROP COLUMN IF EXISTS "experiment_id";
        ALTER TABLE "batch" DROP COLUMN IF EXISTS "experiment_id";
        ALTER TABLE "model" DROP COLUMN IF EXISTS "version_aliases", DROP COLUMN IF EXISTS "traffic";"""


MODELS_STATE = (
    "eJztfetz2ziW77+C8pekb2k8HefRmXhnq5zEPeM7TpyyncnutrckSoQsjilSQ1BWNHP7f7"
    "/nHIDvhwi9TDH4kNgmcQDwd0AQ5/3vo6lvc1ccfxU8OHrH/n3kWVMOv2Su99iRNZslV/FC"
    "aA1dajiPWgxFGFijEK6NLVdwuGRzMQqcWej4Hra88ad86NtLtpj4bGR5zF94TPbILM9ms4"
    "Dbzghbi1O2cMKJPw+ZxWaWEAs/sNnEEhPm+dQFkrv+PXM8ZgnmhMc4BdsfwRwc737no915"
    "d95neU84955Qd3yPU1dsYHOAwnm0Qm73rXBwzL5NrJA50GScaeXyEOaLTfDmkMMfLOBT/5"
    "HbPZqma4mQhRPOAn9BDzn3nH/OeT/07zlcRqb99r9w2fFs/p0L/PPfR2OHuzb9fpSdyBE2"
    "5d/h2YXAJ4+oI64jM/spEuL0ckb3jogUeIx/sG9/Pb8+Z9ne2cUN+3x1yz5/vbw8+h37nT"
    "30aS6ZpeVQt3S9H3X+9evFx1+pJfJx2B/57nzqJa1nS2CQFzefzx37GGnw3j33eECzTZae"
    "N3ddtUKjSxI4uBAGcx4jZicXbD625i4u4KP/GM89WhsMR3pzjP//8p9qbql2/T48b//m/L"
    "bfPyoseJxDblWqSyOAHoB0vBA58O/fZb8JInT1CAf48Nez6+cv3/xEGPgivA/oJuF19DsR"
    "WqHVTxiewDyB5QMAFKD+MLGCcqgTihzcMNndAB1BtANQj6bW977LvftwAn+++rkG5L+fXR"
    "POr34mnH3YxuTe9lndOaFbCHcCL59ajquDbkzQOXBPXr9qgC60qoSX7mXxjTbiPm7ERZxv"
    "YSsqx7lAuBbeCs0Y7qhJgnfyldsD4DX43p7/1y32PBXin24a1uefzv6LEJ8u1Z3Lq89/iZ"
    "qn2PDh8up9Dn1H9C176nhF4N/7vsstr2KzTpHlYB8C3TrrvAnw8ZX9Iv/+6uoyg/z7izy0"
    "Xz+9P79+/oLYAI2ckC5ffL7N4T0KePSJLiD+Ee6EzpSXQ56lzIFuK9Lj6JddcWCXew08oH"
    "3luUv1Vta9Chefzm9uzz59yXDl49ntOd45ybwL0dXnb3K7UtwJ+3Zx+1eGf7L/ufp8nv8E"
    "x+1u/+cI52TNQ7/v+Qt4A1LbcXQ1Qi3D9dzhTJPzReotcP+A9r0WMTvCZAW349O+PqszpI"
    "bPbeMzCjvjh9Q5HC8MrdHDwoKTSOZOsiBEJIUVP7KK8te/XXPXIjCLbFci+o3s5QB39t+j"
    "ZR5dTXb4BCRr5vQf+HJDkM5mzt/4sqsYJWqZ9RH6hD+6CtDQCkcTviFC77GTriKUUodtht"
    "KXuKOD/QrVI7Xgw4nvP/QFh6N3uCFa32RnN9RXV9cWPWvfch1LbPoO0i51hj11FSzHe3RC"
    "awsv4kXcUUdfRGs04jMUfgxkjXf5SDcGx92N964vqrNr7Kuzr6PNvdAJnU03rgvZT2ePoG"
    "gGgxdxU1kGerno0suHYqB/4lcJhtlbCZquM3VKlAQRlFcev/Xhv9WAov32MuqsQ5hOT6Y5"
    "TKeWZ93TLLE7JC5AUGHfjvGpN3L3Y6asNnWTtZc04Q42Df1AMNgk2dgPyPyL/Z2SZXpiCe"
    "b5aN2lXy224M79JEQ78QsyAKPtl0Ym2zH+BR2hLkgUbd77GRaN3wPZnqzWeBN7fibYzAqo"
    "j+FcLBl8Gx54II7ZlezAR3u1IPYgGQxPA7xLm+KhITzCwnLCnvw1mHtkCL/z4juRDZ341N"
    "AmXmmMJs7qWaRTJPs1Sz+N/m0DE7RcJEVsf3V9q8J6l5DksB0jza6+ni+Of94/sB+vvr6/"
    "PGdfrs8/XNxcXH3OajLpZtZsdH1+dpmzG02BIX18KXAOBZwvvAqU82Q5rHGzPbjvBUwXfv"
    "zh5MWrX169ffnm1VtoQvOMr/xSw4yiSY4wgu3HWwPaFJmBtgJatfz6M9hNp5HycY31m+3A"
    "wF2Eez6z1zQxZimNcbnFdqj4aNzQDFWUTLKHouJSiaQOWioXAKPljcq8xXKuo4d4DioIHX"
    "A5sBbx+TF9BoQnJ/MsPfuHs5sPZx/PpfdjhZinKb9c8zEsismt/8C9oxIRJnO/VooJZEs4"
    "J0dNVwoywG6myBiR9dhwSaf5m7+e/eHk9Rs8jJe53zYlJGEC0LQjH9jFhHtwA076gvHvo4"
    "nlASokwSCxx7+HbKCWFMxx0GODgM8iF5iBJCdRwfLEggfUz73zCFd9WK4gNAS8Smb4LbLI"
    "Ks4mwxz9b06e+A29aB14OnKqrZQuyn3X6jwwN3BZa9eblHURfNPEQ/BNtYPgG+UfWC1rpJ"
    "jV/ByRJVrr7NC6L9qWDw/GM61rh4cmnmmp3U2T61nKDnL9QLjcyCVNfXi1xQJhXA4Pgr+p"
    "o5Euj3Okhs9t5nP23NpUkZ2l2qYuu72sXaHNLgjQBYxLtNkgUjj33t/4sqFk3D2PzV5OPM"
    "6urAYS8grVxPak6Qj7EkE6xZZqGTq1CppJz2gY/4PjvWMWtJo67hIF34xkTBa2xcQZTcis"
    "BTKwC/LqKUP/FiGiNjhZlIvROMfhH0WQVkneux6UpPYpCM6+TUL7xF9gsyG/tzz2XFrxP9"
    "Htn3rsMw5ARkRfcDYO/Ck0BIGeR8Y+wR74LGxoyfst1r3AjYZi+MFFnFLA6asDCzg1kmIl"
    "4EZSNJJia7nc6IQJu/9ar3aazsgQbeaw/JzraKsTii6EWOdi2pskDDipThhwUkgY0B5Po/"
    "a+NOtLZ+UmS23RbF2jZTsg3bLZsgLqjBlxQ4ffvPGyI7jr+f1qirAqlrFEgk2iHKsFWBVP"
    "2UyAPQPJjGRHS3l4khUXnUKVFfeUDWawHpzvynZrhdKuy6bWEqQ8JkAy9I7ZANMY9dNmXk"
    "QJpEzoeOp485AX5dg9j60jefYyIkuH5M7DzHREPzXOLVH77VjZW3Vsedvk2PK2+tjytnBs"
    "ka+YDrwJRQcB3v650PiIbNlHJKWyH/mzssCt/3tz9bnCJBJT5IVVZxSy/8dcRxyiU0gNsI"
    "hFRkQtpI/KZ4rKbdDYQT59lFEFVq95owrcgyqwZbqFA2FyIz1R+jity+c8reF0mzkd8EeQ"
    "y9dzHklTGi63mctGL2n0kgesl9ylpk3mxCpRtMXJsqr1bHFEWhMtG3Zvy4DmKLrZX3gYrB"
    "1l/kO9lfDHYQ/+l34TqAkT7vyewdpZChZaD9wr06JtrW9y+hDWdOZyMWBWwJljkxtJIX6b"
    "osZxDNLBoTcJ4488WGLC9FM2COaeiN1GAPwlW3DobWrZAI4FMlYYupy5sMxPYcRHK3AQ1L"
    "6MBQHKkT+H9UXUMGsKFxEsaiZkZypw5Jh9SU0uk3x9ZsU6QRlvrmJMYEi61YeDuvC9AcWv"
    "p8gcz1NkMiBlwUXIrs/PPv43g2dE5yCFmuOxKZ/6wfKYDWAFjMfOaMAE3pF+N6q1wBj3O2"
    "8xwWl7yhlHjsKeD+DFgHbHtj+F1+c46uan0ziMvjAJ6AEGVJ1HWZckv7z5dIgh+P74zotH"
    "Hy6l7pRC9IlpI8t1qeNpdaQMtVSvLL0c+QiZTBb6rFQnfXfq8tDLjFGRsB3thUe9sgz0uF"
    "fE2ecp8zx+3VKDR+q+psPiX2IL42aDJ5uOLqm2MX68UpsNLJuvGjfu1CT7Nyrwlpwydq1G"
    "fIDn0gE3at9BcLev/k5Pq4BxdZb/HNn+oD56go1hJyn+Hx3hDB1X5SRrurazVB1c4S+arP"
    "AX1Sv8RWGFh9a9lg0iar9/C0TqUzicOy7IBuIYx3uKj+FO7BJKetGyCCUkhiFbZwiKgkVu"
    "vHfuK0O2I4r9BWvvKjWUitT+08nJy5e/nPz88s3b169++eX125/jkO3irbrY7fcXf8Hw7Q"
    "wjivHceXG6iH4l9GWknWGDCZg3ts8NbJ8mx1LXuF5iPClkvU20MLpcz1IaC1l7mFx8t2NN"
    "sS6TM4SGx63nsVL568jDebouRsI00/nUKX2KXqWxblr3lUoTmleqza+UMlZpqT4Sko2E7c"
    "Ph6k6k6pzxT4cDJaTtUHvgsJ1Re6Stp01tY2ka43VT73VDWBXBNW43Wbeb9JLK+N1cw+Z/"
    "ffHhtllAYOx6UaLJ063t9HfVV4dQL9uaN4Tq77KXroJkyvW1s1zfQULFv894AMKAt2m9q/"
    "O4oy5BtXP/yXhHr/KjTG/5K/wp+4/ptg0cK6P2zA+YLNiokkNLh8hnkZ8iZogW5Ec4ci0h"
    "TtlAOP/i/eEyjHznZPYqCjBGZ0N3XhqyvPPxSp3xJDY1znjGPcu4Z7VEnWTcsw7KeUVwy+"
    "Ul8FZ7ZiUUnQB4325ZyXegCHqlZT5LZPLYmyI4WlB310CbPhk1PeWkaYyirV7RVlG4S1vR"
    "FgdUHSaoKzVt6TXVpgi3SJFUIpuldEzVUtljqlGjdMjOdDon6jhYijI8Udc9FRhlqdKhGF"
    "g2A1lIsDlwN8DQMG6JErlrWx3LCDd/HozQpDuWxYXQ4xkNIuKB23gFBLi+GE341BpQXuSB"
    "Tw8IYttzlQYZkyn7ls3tHhNzHFZKev+cW17o/Iu0DD+RjBfFXd15GADJ7i3MwIxxWGqaJD"
    "rGc8WiSIED33hqAlfCY/Zt4rhclkvCIUIfE18BLtxm1j2sR5jv2HJcLJMnHHgDMeyOYs1U"
    "kSTK2NyTz6Hi3WBWGLE2dijMz/NxQAkfXVLCaQwziLTPB8Hc5QoNip4a/NTD5Fz+kA9wNB"
    "USGAZLmKH/cMqGfjhREWmuy2ToW5wMGoakYW225PCIMK8R98I+iNO+ZyvpGJF2fQxdhH4x"
    "qwAG0QnqvYelYuOYuLETiFA9IGqCRvglj7uChk7Aptx2EAWaTJyamktamMAQ1kZc6TZaXQ"
    "uUz+HhqF4poOIxy7ZmIYbPSe/IYzmg1BjBqz+IVqGsfSu/Nz386wE+Xl4UnBjDMMIBPIpK"
    "tCgkjwfv5GJJusUYQ9UpETVUEVAYYOOIvRXRY5HFUK5TVfWyLoQMvgUhZ39mz75cn385u7"
    "74/Jdnhdg1hLy/OmQutlZK6FdGzaluTexaq5Qjcjk2l3YSAiPplEg69H7pKERigk4I7LvW"
    "iFT5iFVrRLrlHbZ3hYg8jxFmOos6S9bBpb39WMzk6Kul8MtQdQLofa/xrJShs8yLlF3YY3"
    "J7+MnbJpv4ydvqXRzvFfKaouHbLzl41KY2TYg6sdJ3bZxJpOUiztVeiFkq4wq6gafhrMJJ"
    "pAb8hMS4fm6dIY43m4drvBJ5OpOfdpO3Yh6ux4UCoWHDRu/C2Nd7B2R7A/omIffqxLjOKb"
    "Ob58vtn3ps556LEkNzNcIJRffw3X5RgjonibrkEVvwk2gb0k+SRIIsQTo7d0xgzvLr79xk"
    "UNNBPSYwqG+EOt7WWu5pGoP9+thnbNdFBtT7bRWITbhwezy16FLuXJo28+u8bUXKdugtOp"
    "WpK+88UWTQr65vVZy7yohzPBojdafewI9XX99fnrMv1+cfLm4uFEviV45u4iW44ERRl2eX"
    "OdStMOTTWYkkUXnETVGY3Fz5c6v0q9L0B80QbeDfcTgrd6UzR6oaDDrO9ede6JS4ga4oBp"
    "MlNV/nNn+dTVa76k3qMN3nm2S1i9zwNHbLFInZK7N7pQlGMMEIrQ5GSNJ+5DeBLaDaPGdF"
    "O1/+lbCmdr4NkqmkXZlziu2dJAg5ELBNfhCTH2Q3UMkaTf2Aw5TFpjlCPlFn17KvLiG2yy"
    "A0+SaWhKDFr2h1ANowbrIy/OwTVhqbFcuBqSCSHsUSOSGfijheTFUli9JwkA8Os9jMD0jT"
    "R4k9SHw5yqG708EwTO12wlULR7AB/SYGPRW25FIng/kMw9Bk6JEfyGgzVIpzG+OGBgEPYd"
    "374wHWJ/NDy40rq1FQleNxIWOi7jwS0rFzVaqN2nH7FEbGRxiobCUy1QncTz/4cMlAvIhC"
    "sGBZ24MkuQkWGZNkdAfrvTneo+U6tiyvRrOQDUaWh5FhwdyD+Y7wrOFiV9StNQSQ8C+aWJ"
    "rSVxXtaNoeVqEjkO+81BShPzhoOvg7hXlF8WhI8D2MGTDk944nKAaLoQ1ZBhgi2j0Gy1JR"
    "UGwK3fIkg47ZNyecwINZrtv3A5C1wgksEpi566pZWlSwjo8egDP5+DMKbFPoOaKvmqlCcq"
    "EKIJRswXBAHx/xzptaD9Bvbv05IZv48EJK/qL2paeK2iml4QBDFWlk7o2wMGDoP3DvVNXK"
    "k6qaCCEMIJRV+5Yw5zsv8P0pBavBBsjVfDGKLy55R0GAKk4R2h2zizA7w3suwwQHs8DxAy"
    "dcwsL87GeapN6ROw9682EVUJidhauHivJhLUMKG4QFNfNhB4sj9wJ/Lpl2NePe2cUzwc6+"
    "XMg4Phbt/snSx7HgTcvF8EV9pULw5OJU6z+JD6S4PdeNFvmKSnp417GBB4CYN1r2H/iyEJ"
    "/3W7pMZllFvWwAn2vB/JoE8NEW2vcBFNpZa8LnUkBXVp1bHbQnx5NvcINwQdkw+j4Xas+x"
    "s88f4bXHIi2r6vEp9BpNz3UeeT8q3lo7vUZDRztxs8Fl81Ujx50W4GjCp/S8m83qgc9Wlm"
    "PEaVCgXwAHoUf42HcoupKCK18dWHBlRSbUake0mKCD4Q3bd0SDh5xrhaXFBB2EdwcBaaEV"
    "zktEsvpY1nmZfbkLAG8/mDU6JOlAnKbpnrPqmyYYv6nG+E0BYymcFRFeEethnMc29FhJDl"
    "0a54wMkTFg5UMHpMZAB9A0jcEz592T0QiUaB59H8R0r8LRp0Ccg3cI1Lv65MVX9ovt+6ur"
    "y8w+8f4iH1399dP7c/gIEvyJa1XRFSjRpWjiniXcI+aRfHKwkON3FgYezYMAlRxF3Cud2k"
    "ooOxS8sTX3tkhxVkT2ZgrbRSW8abr9OQ2+2C2qL09+eRMDin/UYXnz6ezysgiozS0btYFr"
    "FfjLkBrvtjZ7t015aKEKReeQnqYxx/TNHMtjBbvOybJAaI6XucLzaNTT+MrG7c23teS8iI"
    "ZODTDj9sYLPw8lmXo1oIzbGygLuf7moxHnenBmaAykhdhm8pDQwDMhMGDmwYz8NDTgTJMY"
    "QPOAKk8XDTxTFAbOwlddOhvpfNcTCgNnQQGh3KhKVGo1WTnSVJ3BdM8ZOVDVoLGKo+adgX"
    "t7G6yJuN0mnCY+9MfQoKXcDTXZnKU0XG4zl1N+wLpszpEaPreZz+i4XWRwdQrwqH0X3IHq"
    "+LiL3N88CMqSUFeDHRMYtPXRzjvZF3Cv9nsrIe0CB/I+nM2cOOu8OEtKZpDvfn9iiYkO4n"
    "m6Drp07iD3aNr9vgB2rWtLntQ4FGl4t5TEqWgfhcu7MGelNp+VUsE2uvzOkRo+t5nPJgPS"
    "D8FmUyf6h2BzJvxR933O0Zp9u82cNlm3tuxWlopCbxxVI7aRQLObcEY1bPUQzVIZUOszw0"
    "WB/Fl0tVOYfVXdHCakKxOYpd7SBmnhTLa9ZqhqZtt7TDK3bQhs8xxwhwptdhPcIOmecurp"
    "U+aXEqWZblq5S+Ve0RHc9bJ/pdJt8+HE9x+qAb3y+K0P/zWE9VvS30Gep8uB1c2URourKl"
    "tatPJWZEzrRw5Aq9OmnVE+JJnsimifRbnJcmm5TtlA9k0gU6okzKY0c60RZ+PAn6LTyuDR"
    "8SWvBWWGUomhBFsEvndfzKO299FLczSpnmmbSY1SSNFkkt08abKbNGsKcFf6b+Wo9ufDdU"
    "DRL1EGKC2DaYaoe6bS1y9OGtjuoFWl8Y7u5aTBeIMqIl0di5ilMuUxNwhHTG/1TffrNI0R"
    "xetF8Thh64bSTdfSN+dlm/Saykg2H85uPpx9PK8TbLSO6+scQaODeNUpNHVQX3UQTckIq8"
    "+i3yZwjgt9FvI4syYmjk0dD2V6VqwI5oB0KPOQ4hXMvTvlQsBDyZyneDgETnFRPHPuZBRM"
    "2qvSszKAAulEPh3raSoTq1OSiRVnECVShcH9wMbctYoETrRWnLZ2wQVmR1VPV3KmzR1cM6"
    "khMett46yQin99W6a1i97So14xOSTmZuPsz+zZDNCEh3pWkx2yTdvw6sNzKzfhupOy0eFv"
    "1yQSlGhCqz04VfNOuLPt24GTqmxo4p2mMaCvATrt3DqiX0zQCbh3nYWTTggaGou4vYk3qw"
    "jf05Ke0zRGdt5Ado4OjgXs6/1pUmTGlabNrjQmNnare5WJjf0xXhvjOfxDsNl4DneWzQV9"
    "to7udaXuO/KC2LXmuw16rG3rvTfSZaeKG5ZosrOlD6v12LNsu5VKbOA0OixIdbJyYSoqoU"
    "tboRK5XkX8jvmeu6TrqFyWpciyOmEq2TV2PEdMVF2sxTEbuL4QXMQl4ODGnScr3wtSb8Nc"
    "PPyd3C5sh9tYts7lpIqmUmeylpvlwgjQHVx7oBlaYiS1ve+YwCTEMCOsaCaLm915zweCB/"
    "B4x1QY5VhMLHhVBz9BD1SIZsDEyIftgqWCb9kDX0YV0ai9Kknm41zU9LH6FkxpbDkBk32+"
    "k4+EWkyqhicxCfERJcYjOTlU2/tYeM9j1oh6O05VJANKG1EgLTxiSZ2ziYVeKdAJPQWcQJ"
    "mLJe9e3HmeH8BT99gJmzj3E9TWI0BYaO1BztIiLkejehxaDf05gj4OOd6WTMApSxZI8Oce"
    "8tYJe2wIZGN6IF/AA6rqgQMxFzM+Cvv3gT+fDd4hNsgNmKo7ju0IyDkq44Z4z0MBKPflKE"
    "QhosGF5dhxsbl4Hj4Xd+R+M7EecSFAJ5E1gD9yDy0S+ErFxd/gF3mbVi6szh5zZFU6gI+W"
    "zfk/55aL1f1GE46OAwNBi1WCDC3uPOAkbEswUjpWdYBrWMhpwDoOpYcQsHke0k+s0SdXse"
    "vfCzLtkPkGlhM5vNDnlQ3wveUzGCopGnfnfXv5gdENWFpeiPUAgdGyYiOVsxNMHdKgAxH6"
    "sBf0sTigSDyQrEDRKBBoYdMzy/b4EtzQb++J8CdZdZFFRRelh5IquUhvKr7JfVkocBCVj4"
    "Qmns/kmaKHfz3AB0xtH4COqoJoAcf+MSeE4EWA/qQlS3bJomUeNXagQVSOknhwnKoaGW0/"
    "yfan5ipLFjLrHnb53p0348HEmglpDxtNLO+ei1Msz/foBL4XF9aL7VqWfBvY88H13DtPWu"
    "GmcOZRzcyUJY5wpIqM0jnsznPsXsrzSxYpjPy/cAlE87FocUbbo3z7n8G+MojdVrAwZpTl"
    "We5lgOfwH/BWKao7LyJDpmL5RXJJm3K1HeJ7OS1UHFSbxQAr7lnOIFkY0q8NXyuGbxWaH9"
    "/Bfg8APzr+XMBqFzP4fHJZ0XOA30B8uz36C5YZzsXth77v9nFeAuevWb7wzlOfmlM5rZnj"
    "0atJk/bwHa2wJ+6ujmFJgzqrZLIc+4BBpUmyUA8vLsyFXy76OfcaGEFTw1EioyY20LlAIy"
    "j8FoTSClo5lbl3rzeHoEFBxSZTkMxsPi7uFVsaOuvUvTY3Un70dTMqK99INRRTGpbKGoqb"
    "rxk6DayBGk1REldOinbseHbN5xTTrYVblL61rvZkjsW6oOG5VqwsRVk5Q3mmiepmruarxt"
    "sHB6MmFU2bzUxV9CzMLq37az43omq+0maBP8JOy97QOKJFY3QspxpHDDWYwsVn9jxZ7r3M"
    "hH4qzChdbKP5pCKqVVNK9V4otbrWdFPfv6zqRwtTdZZaNXs1WO2Sig/c9EnWqAybng72sX"
    "LpRwPVT2e9GaxXoHY7Y889dUDXfvmzqykRIDI7w66mbcGZbjn15ytXUX4CNKv00irjY2XY"
    "ROP5xRqzurlFw9SuqfRckiKhG8yqn/Sy8eQKpUzWZGfSz6ppZUbMzs0EsTypa56p2GwqNu"
    "8L3u1XbI4koYb+AVFz4xxQqOwSSWGNXe4igv2t06Nd7ay73gRMocTUkt1GoURTqH3HLqKk"
    "Gy7iu6KGeJk7gfFo1PBolBYkHdwTClMUcn3cyWKnA3tMYFDfoBQnZhYHUG2tg0eWqntx3i"
    "dNUjSfVKdoPimkaJaIqUDBItQrUr+nCbuA9r6DWdAHQAf0qH0HztX7hnrKYT4jrY08RWK2"
    "8vW3cuOqf7RVV33yjtNAMyEwYBZitCKjdxbL2tIEMY2pSaBRkyDjBKijvC8QmtrqBcEw5S"
    "2puZiLxGZVa6zq2E1CZ0VniMxqNpFoP0rsSsY6I12tNFmcUJnQpLaz9349/t6b+OsD4G/a"
    "zU2TxzlSw+c289mUEvuR+b4Bvw2fD4LPIvRnfcHhCe0SndKvrm9VaJXyhDk2j5GyU6z9eP"
    "X1/eU5+3J9/uHi5kLpSWNe0s2stHh9fnZpSr5qOoGZkq/7xHv7JV+zUbc61pYipTG6rG90"
    "iWJjdfRSaRqjlsrnxYsDsnX2kBxZ93bs168b7CCvX1fnnX+d30EyAUBNcc4QdQ9lU5q7Kw"
    "aDdFhVCe7OfaUZN0+5ljG3batcmnP/dHLy8uUvJz+/fPP29atffnn99ufYrlu8VWfgfX/x"
    "F4Q8w5qqCiJPktC7Zfhv59v4dLVuWganKXWzhwPHLkrdZDPA6OwLRUqzOxQc7yhtjY4smK"
    "YxUuAGMQOU10cH+YTC4L6B93o+iLrxdpInNLtJTjo0CWx/BLOESWD7Q7CZ0tSsxeYspbEx"
    "tpnLmQwiurt2jtZwus2cTheYb3rkSdOYal75al5PVRztcF4SDTSzyf6aApqlMku0vqgqLr"
    "8iuto1Vb+qbg5yma7MLJ96RzOJ5a9hB76++HB7VNxVt4Dpp6ifw1ynK1FNf0kawJpKy7oh"
    "sH9PeuootNk9sAJc3BXKK1GkBTvXt+z+vDSE8b0i/vVv11wWEa/ZIKijr+KARbgC6qWeNK"
    "pCb2lZPh3AVCHkj7K7ZVdh8+chyAybgnUle+kSSPh2Nq7EXViG1XBGJWMar8DufNYJU40i"
    "L18pV0ZJfZevURKN6tIu87jJyqout1hGgdv3suKKTJ4fJ+YUmCrVfkeZ9DEKg3FrNOmxRe"
    "CEIY+Kp8j62ElSfu5RbfBiaZjdDrW6WHhlgtBUJlK9036B0KQNNWlDW5YxkFboWl77JbRr"
    "Ou63DfVde+5jDrs+1bXSyb2RJzMZOPI+LjJJnT6yBToDbR5aYytdZ7c4CKV7QQFXLXtrnf"
    "t1D7QkhJeeaOWd+iNt0qZRpUJZlArTK+JhE0+VdHA4pWJ7lseGnA6ccGfE2SBtOaJqU4KH"
    "suyWrKSD9agcYAPeLq95uMPxqHoiQqYKBqqyW6gXpPpfgurpUV3B2TyAFcOTsmQOVevDYm"
    "tYTwwOxktZFE/40O2ahd9Yru7bKXH6nTySY4kzj8kSjgGnLBtUbc7zw7uo1kTD8zrVF1Ao"
    "YDGBVK2u1J7zv5XHepP33xzgD/4Ar+nQu4krb7uh3Um4J9XG9EIJlAbMeboO4v2iEd4vav"
    "B+UcRbOP/ia8WzZOj2d3rvXDiLCSl6eh7QT43NJmrfvfiMk0YRoSc1IaEnxZhQdQbWQThF"
    "0kGQt14sR0ysk9dvdABOKLqH7/bjbY0uphL6Q9fFGFfXH5HTKT2GJp+zlOaFbh2bNZSrGb"
    "9H49G0odfJWtpnBKxSAa3QXKWDRn+0Znros5R/g9SO4rgCFaSyK9TLwrlTqo1FaC2F0v+G"
    "WecIUr5y4JZdVD7vapAm+lkFiCz//FvOHcIoZp9WMdtOr5Z27D2bRlrE614D1gyRgXRFZE"
    "Bs7ts0NiDu6DBhXR0ekF5WGWfrD2c3H84+nmcd2ZOXewvgfsl01lGAC9thOchPY1SP3GRL"
    "DjUpD9rqI03KY3f1eebbxJ+y0Gchd93Iyp2gUzyarGiPdm1owh95wJTjumAT37WlHZpsxz"
    "0mfHlQkeZoAf25drEzdu/DmcfxmB/YaHUfqLJQZNVGz9Ex90YwrTuPnIBiB1QnZAEfAZE4"
    "ZuifCn9wnAga5NnAdgQCJa30wyWcqcSC49OxVy9+PmZXchY0vYEj+rC7QTtV5g4exXokk/"
    "udN/aDKQ45+OPji0Hj01UjI3c7v/KrT1it/CDVHaeeLLqypfvmpkeooCRKrbqYoWreCTtr"
    "ncpjF9UMh1TpRg/vNI0BfQ3Q1eegRMtTly4zRWUyZWpkyjRlI4+2WjbS1NVaayM5BIV1Jr"
    "Fvcr7V5XOO1PC5zXw2BuXOsnkj5/5maqEoaHcvSqE2SI47UQltQ80Tx+NXq3vSIfsr1T5R"
    "voBlU/1PpILBcAZUxPSYH6B7v4zbDfwFRhtQ6C6j0hwUDrBCR7Rxn6hHuvp6++XrLQVBXF"
    "795YZhQD6z7oGHdE3+JoOInQA7fccGng/LcsAoKEEqiWCzE8D7HhsIGGhA1yJ1zjEbhJhY"
    "ISK480IyqwkHIzqwZQQmxTu4lgiZJR64jdNPFFJAb8lIDObxBZz18SlFlU4ob1ODVoSBVA"
    "hlbXGJsiG7aUvr3L+PkqV25IHcp4Iq0MMAtiBM2BEvw4qsEsu+Paf3PnrhaTrfYdHgH+zb"
    "X8+vz2WENvszezbjng08fibVz6nBU0kXtcdXxbRXT+A//jM9A2OJNKqzlh82NFRncgcogF"
    "ntfRkTdEKTkw9TaBSlUBOkUPBuxQ1EB96YwMDbAF766mooauL2XYr62JqmRpRuBdVBHOUb"
    "gcESr4TlebMqwYzbGzSrVbJaZf3SNBuVFGgbuDXI7aSmQHTAL2Bfr+1JkRlVT+tUPRkNPY"
    "iXfazAqM/kHKnR3LaZz0Zz+0Ow2ZSw+CHY3E5nrfYyeH3/YePm2kU31xsOX7XwqNr6oRr0"
    "mtg+RNK2QSSPgBWDjp+SStogUEnZgyuWy+3TxBUU1f+Bj0ohm1kLa0m0gg25cOxY80/Nmy"
    "SX2u/QjaJ+Si0NJtznaZXsci0Uka728UsoOqG43LeHnzma/xBnthbFbhs5e3cCmDFRdqbO"
    "T0shXbvQzxOfvT/xqR8srzlgKUrP3tkGtWfvKTXtB6m2jb2OpDMNnX4XfvDAg2eCyf7ewS"
    "VVdIZhMCQ2C+CEK3+nwK6AYxeUlnWctO6l/HCqXZN2PTDld5WuRyrD6xLj0saW42InF6EM"
    "bls44YQC4+Qkql2G5H21klLFePI+QxmvnHS7Xq1XTpaH/VRlpFK3nC5537whyeCXA5MMrA"
    "o9SLVHQ0LRCcnAeIwcNLxya9SRbBOKLqSb27dgq3b2tUTbPK0Rblst9lC6n3VE2xSdEWzb"
    "zGFTxnYHHriZE3ZTTDNEBtJ6jYEEaws6g29xR4cJ60qtQWZZrc7/YwrZbqWQ7RPrZJRF2g"
    "+OSvQxyc1enS5mlmnWqFDkCERM17+f83ds5NvK5hjMPcFk/z1myUAquSgxCaHngwDNbeaE"
    "p3Tn7MsFe7RcB08HQsZlCVlmRowmfGqJ8rqRext5gzKSe83rvoYyY28i4LYyYlerNB7gMX"
    "Wgjtp3UN7efnp3WYdQvhRFkKu9t/N0xoN7Aw9uVbJQnwsFQsOGDdhgO/elWXyqt5qEooOb"
    "zfbrW5E3uuC85ETawI09IjRqptYpITZKTLFFz0Ep/5W5DMaSYY2vYNKmUdVJ2Z7NAn/Eha"
    "DUA3jAnHArCIfcKjEyNqIiC6GSRlIJBBxboFURf41uYo4DpLX5ozPisaGyxwb0dFGpR8p9"
    "SdUgx46LmcB5AE80GM5tOPaqRnde0mpqyZanbBD6cBKP+qGik+OA8/hCEOVCUOP7Cw+IHK"
    "8/dp37icqpkC777shzPJajXGAxy6gPzK1gBXCGl2BI5jyLQOrJhBBkE00yN0SmUwfaO0IA"
    "xNBuOguXqv4l3EKp1hanMNowwEyg/VgMEnJuI9hYBBdSwhj5c9fG2pWYnEJadctHPqVkoQ"
    "+qj8D3p8yXJevpMrDpzsPHGFNlTJj+cCkL2vMwRN9OYCN2C92MrJk1csLlgE38BQDvLcvg"
    "YlhqE8SbdxElwyMu/gGb15zfec8HwvVDMfhJVgZNG59jkvjR2fOBFfaxv8FPx4yWJD7ewM"
    "btSKU/BVycKdXxnMCEKfkpPkCyLHtRRgxYgoOZ43mYXAPzzeMFuQxPVf4NyUy59lRTtYA2"
    "lcEOzqR8kL6mwGatM1HUvoMnot2UMCtbxpVxyLPSZWyikOkkSN8hrfN7TNHB1br9WmWwwQ"
    "frmYqzlOYE37oTvBHTfjAmy62vr6vHzpHtb9s82tWpaQ+Vp1NiVBHrujq8OUJThrfIkmZl"
    "eBOxVY8BWTqD/7r4pxQSegzIEXYmffee8U8re/QYkKc078C6PIiUJzoGnjTN/m07KfXFcO"
    "64oeOJYxzvKTQYO7H4xKpKDQk8Q9OZ/WhrQjieD8PyZV4JaYbGQJqHlFTlOrtGTNCOLQOH"
    "7cyWUbAk6DCmlNgwaetMIjuMDmNiAsOM7TMjNizp6pOylCb2oM36pMiUqfPWpWnMi7f1F0"
    "8aW3UYklC0gx2dEjbStm89GTxP2Zkj8h4kcA3XpJS6KhP2XsYt1cGvf7vmrlURQF2VMuEw"
    "rR6FCIrfd+nKdT33PmDplaMSZ674Xq/OnSuYe/1R3KxRyENUg4bcgYS1FCpz2mLCvYxjDn"
    "otxQVmIm+lAfrqDKQLTnwzUuA8w4xuvmdXhDzsbeQtu9vcTEHUrFaVbNFX4WlDHuR29fLk"
    "lzfxBoV/1G1JN5/OLi8jYb7avYaWKGzuaxVgLBAbo2urD8lTbol5sC63i9RGJGobt1viCX"
    "0T+rBQ3tOBseQLmr5d+xEV1DA5eTb7jlJz9DylVEgLj7IoUcSQ6DEZswK/jB2XSwfo+Qzd"
    "bcUpG8HXBAP6FOnFl8c3zOMh+kzTly/ur/wruodx0Tsbc0Vx+LzK8mNTLFNHOAlMCBXAae"
    "8RfhX+lJP3LBtNLO+eozdvD67KT7znD317ySYWFcOjbXzTzzPNr7ilVLtyxASdi0ncVuRK"
    "9Vd7HUPq/qW3TphQW7KjfsIfZ65jlW6oqbu1+6l0Z7Dihs0S4skU0LRLwcYlj/09NqAX+I"
    "84kwHuPKm/36nDP8gEi4kzmlBMx5Cze9rIAjZxbBsEi+ESNqJFRTK8PQxamtEulRmRQM5n"
    "sutOOMBhZph72sj3p972cunPmuU/q0uAVkww587vdfCN2ncR3zeN8H1Tg++bAr6m/Eo1+g"
    "G37CvPXarN63CFMTV7k/PZ5HxuT4qhluZ8PpvbTnhOZYNLTrapu7UnWwvb9ePqw01Otj6z"
    "HVuFJ/v0s0cKbxDRA38qw3ilUpvaOLLkyZCPYV3JSu/jsEwVsLWeUdi/9hdC6QDcJYMNh9"
    "uYCRoGu7/nKO6P5xhBzKkYvBT12XAeqnDhqf9ouTIgV/LbplP1M8EQZiHnIGnpPmBz50ly"
    "i6q/LFReagolxqseO/v68eK2//Hsv2/Yc8E5G0yd+4BsUOKPkjF/PHnV/z8Y3ftZBvDiLF"
    "G9AVhY0fiBv0jUEdad5zp4Sp+HGMODaakBJoAl5Hj698fHbKBWr8pajbG/FNM8H/6Dj3CK"
    "DfUXmUTUZcXr69JRpxYZCFGkAo22kKNeJg91rg69hd5WJXVsNIaLsmeVDqjq0UfDsIsbBj"
    "sL+/z18rIwFwXZRrNRfayaTzJU7Ywqivw0n060/9fNRQ2SnYgR5p5WmDN1bdYBvOWH36Ld"
    "yWSFz8iVr5qIla+qpcpXBaEy/X1pummlaTbYug7HgKeRdDf+2mqsV3+LxoxWLdftJ+KyfT"
    "10o/YdBHf7KRUf+FJzJ0gozD6Q2wdsG8+fWjtBQtLB5br9vSCq7VO2ZKtRzlJ1Lg3Ai5O3"
    "TTTPJ2+rNc94L1dE0nWUdqQpyglF5xB+2ch28rLGdvKyxHai5F2CSQPnPF0HN47tf+eyeo"
    "ym37oslfnelWK6xtrt7LLdQT6WJzMGdXLNSrV5EcyaMNiYYqMwo8NBcyfxRGSj0IE9JjCo"
    "66HeEhe0j8pCdFRipovv9eqMdHa61UoL3Vkq8kTaidBKpuxYPXTpWmBS1yGn7LRoLkJ/Vi"
    "oX9i7KHZvYsNAU5z8g1b31yItWu52Ohpa8i5AyFFOcjSOkW5pwsK+BGgVz3/bilMzST1i1"
    "oD/60rmX2lHBVwYLRcXrxEmHyZlXvEPr2J1H6XthUnFWY3R/GyS689RwQyscTXpJ5deZa4"
    "24zNZMbTBDMHRPD7yOrS1TrW+FbSdaJ/2YaJV1J0GQDDxlVqakSePhCXXNoZVtiZ19/sjy"
    "XKucW3OzVwLN3Fs5taTbWvvbGsj47kqWlD581RRo9akDjvod11Hj+RDNqhlFgzS0ASb7ge"
    "ZhrUBosj7rGgZNXdAfxjiY2n00GZ2lNMFobeZy/mugy+syesPxNnNcxprofTnTNEbPkVPf"
    "t8dX5nDwPbi3BmM651oGx4SiCwXo8xEujQJcauJb8rrXtKDRdFdK05hdqRRPEtYKkFYHo2"
    "apOpTUd2tZNyVED7wko1n1XpAh6t528PrFSYP9AFpVbgh0rzUa1U+W4x6VhfNaMr9GTSBv"
    "1KKBFhXbSo2mQz74QywF5oW9OCQgUmiiwhPvkNrSeeQem8/KFKWbdSh1oWziA0LM81nIv4"
    "fv4u6mls1l2iFZW012nOQtYK7jPajKairZEEMtwtASXJYTs4b+HMOHZ5YQCz+woZc7bxE4"
    "YQidjlGPG+VPUK46OIwlHmDecPcUB0d9JmVQiLMkyMm4vo/N5rP8DBsqRH878uBhSc/WHc"
    "/zg9QvmaLOO/TMCPjImen6GmWIugjz6yb1sKBVTfG2YkUs4wOz9RMtjFGWW6W6SE7UvkuJ"
    "VbZ2jLXgszud6RQ4SFEYREsQdTkcddbL4JYjNZqgNmuCoqOiJo9TZMbw1WoG8+8zB7pbg8"
    "dZSsPmVrO5RXp7w+ZOZtu88B6d0KpyzUvd7dWplJxsuwaKJVLFkF5maj1g+knUvozIAS0u"
    "On/z17M/nLx+EzmhhViA5pQNOOqQBuze5yKtSwFqPguVg1lO67TD0VAlNcA2fUqpSTkmPm"
    "P/kVcdtLWnjucgJljDHhVbUqGFo+LMGmuAynJO/HZEM1S/Jpt7h7REh5mfgEd61qZajJig"
    "e8r3nSgwHFjn+GYVMX7v+yCueBULOkWWQ3oIdN36FL6/urrMfAXfX+QylX7++un9+fXzF4"
    "Q8NHJkYqei7DixxERnOUftO5eid/vF6ZPPhw7AWarubRrbN+ATYjwIyjII3ILsW4NzTNUF"
    "nOvOzuf/dZvZMAqBJ/HR+fLq81+i5vlolNa6Hx3Q3n0QYoxRSvxwbI5EnzX4nCM1SuQ28z"
    "ngj+iysFYURZrScLnNXCbVjXZMeZbKmIFNkP520SxoRwsLtgjurnI2txPUlSmbs69oJmsz"
    "TCEVSvk0mbAPFNWWJsL+ohwWr7ngpbmwsw16dcr8yPmxH8RttRT6QIQ1qnzyhIw6q1Wz16"
    "vs1+yviUI94mZz5bnRgm1ZC2YS/P7gB1CjNfgh2Axb7VqFa4SRIw+Fv6ZKzQqmmio1P+Th"
    "/MLmXuiEy7JzeXyv9kjupFs1Kk+jSiCipwoFNAX+I3QSvKNDsiPEHGOYPDtTCCWUtWVkBU"
    "SPwpxUAdges7CQIs4d47Gi4KeptSwvYbPX0UtLMcpB8HaUZDJfjDF1+jeuMk/rKpMwq6lY"
    "lVB0MNzndaPEoa9rEoe+rswvrANyx9Ozvn7dyCfpdY1P0utCnmwjs/4Ih12sNNZfU6LJ0x"
    "pWt5rVRq4xco2Ra0rlmhvg0UVp3IC6UyvTCGjTdxoHDGDzPzhenOxh7mFVyYW1fMcGyvN+"
    "gekiQp+kikjk6MFdDt/WcICJH5bclllqsckw8BdCVqYM2ZDfW+jbX2aK2NfQGErwbaICA6"
    "JeKIWE5YkFSEc2dBk6owfsMj1i3J3vRwLUPRlNmJDJTyl3xdAPJ6dU+B76BiZMB5T+985b"
    "TJYY1UAknu/xY3bmYpKOgHMqH/rAZ6EytzhBZHDp0cggpTmwWgI0v3z524dzGNByGyf5NQ"
    "ELbZLCaCn3dQ1cWSpj5qowc6Vgpj1BH+csWQcFsu1D7fnq1NAU5JjAwNtoJeNe34++AUWg"
    "q33qS0g7Afm+Peujg8E6vrhZUmNda7MUKk992h+NHNlWYlc6/XFWJ2OdrSxFYmKD9Hcw4/"
    "7xQ2xgxiW6M1q0diJ6qEq067l37j06ge9NuVfquptr0atTqgVzr89zjRso12z+6Ix4YpL3"
    "x+ECNT8+6qV6LMqASrlZUZVkuW6q5JWQeqzA8jDZ6vMBAA0H+2PbnwI7jl3H4/Dog5/KVG"
    "v7G3i1Nqo7+qeDTKs6hjVakjuxuiZgTLBRTcAD+ujvpBSjsVh39vxVODE8zRfu/PuMB07V"
    "1y11t/bLxrPtVn7UbgNrPHZGaJiwVP3CpDKjg6YVm1lT37tHGwYViJMfGLSfuPyUUkSlaK"
    "kaIuaPAr4UP2S7HIwSTAkQ8bkYkDnGipOXU+tngg1COf7glA0wmTl++SgRlTLRiLguJV6g"
    "QBpBXY386Qx+SstUT32G0WXvzrufA+MDzNYe8HAe4LfWP2YDWSJSTkSVqxQsaYvGKmqCmd"
    "zHjFujSTSBXlzhkupAMllJF55NtZe5RQcwxjBAOnoAam+lBhDWIk7DJfvBR0oWR2PLU7pc"
    "UFlerUyJwbgxdlNTUzCZR991HmnPizbEo16xqCA9QKa2ozmDPOkZhH4WcK6xF6j2ndBd57"
    "PvNEu/U5d/p+iESNuYziEvoTCnvA1OedFXQWcTSdMYP6ZCKqnvMidUPyhN2/Wr61uV+aTy"
    "pDl0x0h7sIqYMmA/Xn19f3nOvlyff7i4uVDrOz4f0028lKSfuz4/uyxBfPan133BYVy7ZB"
    "NZAXmO1mDeAHN52tPZrxOK/e/XqRPIcO64oeOJYxz2KQ4hu5HV0ydlbXE9T2wsvm0T2DNf"
    "bBKCdF69hGKjV+9weGr0Ya1hxcG9XpHorcvkNJ3ZQFvO4T68kcIvSRBdk4Q7Q9UFh46dJ9"
    "V9ulrdB7RBrm/cJ6xKpB1d6/6nqJ/DBHWlfT+9pnZq4E9Ys+DDie8/FJnzXlFeefzWh/+u"
    "uRtXxyjnTmIG+ZZ0elgbTRWjfl/bXhRBUWs2SuHVxHrUTzGtUSqFKUXZcFeZdNLGCGmAsL"
    "yU/eEd2SMCPuLOI4YARZ4NaOGZciHgkWUYECUrw/J/pRkUdj6ojDXyKc0CoIV0QtXVxUZU"
    "7e2UDVRBvdiYNObeCGYp06zFBh0nxMH9wBbHMYmyESGRxxdchDgbHPdCVr6FvSsdESXDGw"
    "R2OVCeOoOGtpyMpSYukttraqhR66Fvz1faayjWhf2ZPZsBEwCGZzUGm9QIet/GAuF+zTit"
    "/Dz2amw2JkB3u7lrg5LDRrX3s2reCQPYvl2ftSt+bFbso21w71owOYBivD/vCtrdVOLVsg"
    "SkaYztdgONZCuKubZT1uiEoupAylwfyl5lalz/GK+NMdT8EGyez+w12ZylNGxuHZs38k8v"
    "07QUV0ikgG2oI886ox+icmWlmrygXmqgK9/I/f9qHo584lRBiRvd6tWpbv1Uowb6WitkI0"
    "oUO6bEs1GoGNWLkDlk38HPcDKfDnuYIMlyOf0c+QE/ZreyaLOIPPLJgR2JeilNZpnGdl/D"
    "lia7TcZTPCWc8wlvM3rS7DJYoS1VLOhn37Raz/Z09+TefnVrXNzboC41Lu47TB/xaLlzPW"
    "fgmGJNf9S2Ibxjh9RWWFUOR6jT0PurKC1NWLNUxphinAl/FOHFyKg/HJsLx+ymu2SB0GyU"
    "9T5vCWAlhyldx7cvmc4OE96VYn1hibUpx80ZHL1Gk6MSDYC606tTAFhJm1XyfzWsW07/Um"
    "maKX2/S6wyioetVSdtxypTLYaqg6OOJJoi6aAwupNyJPhSaSCsmncQ3Z1Es8OIYanWuS48"
    "MiYxPhGaPhFPms7m9/8PeAR72Q=="
)
