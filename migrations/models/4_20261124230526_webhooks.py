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
        DROP TABLE IF EXISTS "webhook";
        DROP TABLE IF EXISTS "webhook_delivery";
        DROP TABLE IF EXISTS "webhook_secret";"""


MODELS_STATE = (
    "eJztXWtz2ziy/SsofUmmSuOKFcfxjfdulex4ZnzHsVO2vNnaZEqCSEjCNUVoCDKKdjb/fR"
    "sA3w+J1MsUgw8zSUg0CJ0Gwe7TjcZfrSkzicWPHjlxWu/QXy0bTwn8JXG9jVp4Nouuigsu"
    "HlqyoRe0GHLXwYYL10bY4gQumYQbDp25lNmi5QObkiEzF2g+YcjANmJzG6keEbZNNHOISQ"
    "3Rmp+jOXUnzHMRRjPM+Zw5JppgPkE2k10IcYuNEbUR5oi6R2IIJjNgDNQe7+Vpnk3/9Ejf"
    "ZWPiTiR6n/+Ay9Q2yTfCg3/OnvojSiwzAS41RQfyet9dzOS1x8fr97/IluKXDPsGs7ypHb"
    "WeLWCIdtjc86h5JGTEvTGxiYNdYsbAtz3L8nUUXFIjhguu45FwqGZ0wSQj7FlCha2/jTxb"
    "ooPEk06PxP/f/t0fW6xdv3971+s/XPX6/VZG5WIMKb34lwyAHaYLtV2B1F/fVb8RIvJqSz"
    "zg8rfu/cvXpz9JDBh3x468KfFqfZeC2MVKVKIewTwBPQMAGagvJ9jJhzqSSMENg90N0AFE"
    "OwC1NcXf+haxx+4E/nnyagnI/+jeS5xPXkmcGbzI6u2+9e905C0BdwQvmWJqVUE3FGgcuJ"
    "03JyXQhVaF8Mp7SXyDpagvlqIszj3yzc3HOSO4Ft4+miHcQZMI72id3wPgS/DtXf2zJ3qe"
    "cv6nFYf15YfuPyXi04V/5+bu9tegeUwNlzd3Fyn0Ke9jc0rtLPAXjFkE2wWLdUwsBfsQ5N"
    "aZ52WAD6/sF/mLu7ubBPIX12loHz9cXN2/PJZqgEbUlZevb3spvA2HCEz62M0i/h7uuHRK"
    "8iFPSqZAN33Ro+Avu9LALtca+IHmnW0t/Ldy2atw/eHqodf98DGhlffd3pW400m8C8HVl6"
    "epVSnsBH267v2GxD/Rv+5ur9Kf4LBd718tMSbsuaxvszm8AbHlOLgaoPZdmEWjp9gXW1wY"
    "YuNpjmHNStyJpgcnnAtbLed19CV/+f2eWFhim50Gvjn7oHo5wDnwPZj1wdVoLkQg4RntP5"
    "HFhiB1Z/R3smgqRpELsz5CH8QfTQUo5hhthtLHsKODtTaWIzUnwwljT31O4BPkbojWJ9XZ"
    "g+yrSXNLrO6sw4rW++ytaWeavoJtPJY/STxbPMkH7Z6M4Fs06bEnYrdy6IvE/fYyGsNRLc"
    "GdD5qu5DPubIJ8MSTF2mi4QO6EoIffuj933pwiNkLUPUcDj0vzZIAoR/MJseEqmmOOyDcD"
    "PE74ZWjEHClpg1GPBr7q4TmDLLGxv8fmMByfgw9xX7ESkUjrjxT78blFvs0oDFMYZn8Uci"
    "H5zs0yF30Dn6bOPuRpGRfytNiDPPUdyGI+JKasDODXdoEzmRRKoS5e88NbqmC88MfPneOT"
    "tydnr09PzqCJHGh45e0SVWjX5cd1XRL0V7S6VdR6UrKBWj8QLQeYLFWz/xGtquOY2BYUXE"
    "/ruBH6TdozZWMySaltxmbqq9oVkZgMrZPBOAvwL8whdGz/ThYS5msYCraNvABMYwkcuOzg"
    "eWgYp2YW/AV+N1Gk6WX34bL7/qr1vZgw26WzFWCf42fF1FLsYsVmQTnnisPU+Jna7xCGVl"
    "NqLYRnk3B9uLgyn1BjghgIgJ9j0a/kHGHDgIcFbcRghe8jwr4E/hPR3tyY8b4eujp0/FnG"
    "1cUkgBslPamDiyrLoPLJgQWVtbGvjX1t7DfUGISFeq1XOy6nzf06azj4rFb4UsZEtKG/3N"
    "APkgE3tPKDrMPDhHSliR+bUFXt+wjqRMBiw9hTOkzSENx3Gnryo+Q5zlAUPy/2hfxIfTlf"
    "qIugqXA6MBJT5wWXER/q8iDic44GM5gP9Jsf6sGuigGhKV6gIfg0Eza3j9DAwtztx6NCAi"
    "VwWKDjKbU9l2Rdoj0/u4pn1E6Y1A3yiw4z21b+mQG6OJAXtN9OIO+5XZ9EKO+sTK7tWXGu"
    "7Vkm11a9YlXgjSQaCHCnDMCdYoA7GYB1GHrLYegY+2sw0UcG3P97uLstYNdDibQzRQ0X/Q"
    "dZlB9i3HkJsAKLhAuVSWFOZyunFmjRQTqFWVNVxXNeU1V7oKo0j7EzHiNuTlfVc1pWa7rO"
    "mnbIV/DL19FzUlJruc5a1ryk5iUPmJfcJdOmdlvkEG3hNoxinm0aNinBsonuTbVHXHBYIr"
    "jP5qDpcySxAIgFb8XZyG3D/5EruC7BhHHLGyOYOwuOXPxE7DwWbat95yZmy+589Umg0gnZ"
    "f7UiwFMWvsozEAagE+yz8rWSgLwfOF7Be9GSQgCs+Af69NvV/ZX6PbJndP2Abh9vbtTE0d"
    "yc5uZqQB1tn994gt9VBdygfQPB3T4vFx9WBuPiLfApsf1B3XqGhWEn+9+/Uk6H1KLuosrc"
    "Tko1cIYfl5nhx8Uz/DgzwzVLVwx9c1k6b2auqfWkpNZ6XbSe4+ZndgxHtnFVrSclNZdTHy"
    "Vn3+24J1bWtYnLaDZnOZsjsdJ0zio6Jz6lEnzOPczw++vLXrlEs6/E2ULllX+oXhoEdw2K"
    "ZhwMVLukB4OZlUMQxiZdMUX4Ndao1LYkOp16Uhr5oio9Tnbdlvt9REmF/2dDxeLB1JhhWN"
    "sKdxxt0N8X+4s94MxzDNJ3yGjQRgOHCB8MJhbmT8QUV2Ad6HNjQqZ4IHsbMPlz+AC9nLC5"
    "SNUTW5gYNonZRtwzJqrIJUd/eth26b/ljP0JwTNVeh+M5ostuGI0xmLfkxjdnDlPxMkMEM"
    "0d6sLfRBO4Urj76bPPL/rspTcdwvWy/OUK5tIHta+GJXBvLycw4bPhEvS/6MXH+6uP3fvr"
    "219faAbz2RlMNScyUBfWrYgEdM2KnJoVcpJXYXZCAU3qlCB1YHXi1RjLSEJX66zOVvrfQI"
    "lZlUmdFGvg1N4+Ix+ZG1Wmd1KqEUDve44nLbsq0zwr2YQ1JrWGd87KLOKds+JVXNzLpN0L"
    "b4zlGB5LM+8joUbM9F1HUCMPJYtzcZZ4UmqjTPGazex9J4r7DmEl8COR/efoxzyaoUctl9"
    "r8SDz2OXyanSiE2jPPXeOVSMvp7RObvBWeu54WMoJaDRu9CyNW7R1Q7TXoG4AeWIzrWJnN"
    "tC+3b/WYdEx4TiC4GOFIonn4bn/PLKf/Jv3hws3be3hBx4XMYVJuLfawbkgr8vB/Op3Xr9"
    "92Xr0+PXtz8vbtm7NXIYuYvbWMTry4/lUwiglNZCnGmcPEElPJrIzLaIt+/fUbuy6ZznIW"
    "l8JZH5PYH2H+arcTfmtsuQpvVUzpSAhtEPI5nKm8Mr4T279IMCd9z3bzjhBbsX0xKapzoe"
    "qcC6WzW4sXqcPMcyyT3RqP5pddLuMyOgNueQZcuK1twwy4ph1k1E6lwMXn1AYpcDq7axno"
    "O83uiiGWk+CVxLM4x2uWbFfuaB/PT8TyE4gKTuJJt5IpWb4xreqcTQgaEdsQWzxlsb53iM"
    "GiL69PmGUSR3SgTuGZg3sv94aK4mkjalNRc1rkTrG5KKHGOCd8gAwGxg+P5V3xL7bMvDIp"
    "MZFniy6pCwIOtp/kGDA3iG3CCN4hPsWWBQ1g4Bwe4XDRUKaKDpCqu4OoCYNnLox5Iaq/cW"
    "iALRjVAPp54vLQIPzFFr88ODfZhmVnMmSeA48audA7Fv1Dn/EhcQIYYQt6Cw7OggvwQwZy"
    "c6xfO07knfm3JXgAUBtRUVDuiz3BXICzYgusuBv7BbLMXvZsovwicu1gK2wi1wwe5MlFVO"
    "Ap//TsEoln0aTrGxamUzkjV+SdeVwknsHfHLEl+EXre2ooQTKbGvna44H3civDiZvi5Z8u"
    "pco/fuYwUVg9dwDhAl/h6fQr6Ycf0BJDuL5FLyMM2okB/ZQZkQlGnUVtUk0hgdSqIcV6l7"
    "ur73pyhzXq3r4vOdzmJDIeZPn4gr0LxZxvKNDATILtc77hUl0W3lCggfBuP/cr+OCU5BSD"
    "5ppQzEu/9XKcieX5t14eL96Embr9BFyZCVEl8hAK6LjxxjkTVXCPJHS8Z33cR9SqVmI1FN"
    "Cor486cRzmAKhmJZMjKdW8SH6nTKZEpzhTopPJlFCITcGJweMcqIuzzjOCTUB733nnFhvn"
    "LC3FoAftddGdylBPCYzHqLSQx0T0Uq4TJmri3yiqugKakYAGMw2mJN9zAk+MWQTbBbMzkE"
    "nBOQShXeEZXtnvenBxd3eTWA8urtNL7eOHiytwIOXiAI2oCgLqPB+d51NThOuU8FEqz8cP"
    "QVVUcSTVwPyehql3vJ5+x7pk2QHoNx61rKjjlKjWc531bIh8MKvvEECWr5mXmd+F1nv99b"
    "6BvrWeD0LP3GWzPifwC80c7/sXi+GiTU8pwZSaR0KyUap9f/d4cXOFPt5fXV4/XPuMUqhL"
    "eTPpLd5fdW/SQcZUmlkG8OIgQI5oE7jpdAJCuQyEZSkIOaWV5IenX/XExrRcA8Po29+jms"
    "zUrMJLZyU1Pa2PctSfb10VXqtZZueupeakpLbF66xlg01n65b7T8tqTddZ03q745ajRs92"
    "GubhvCQV0ExuGioLaFJKT9E6nTBaz2m69gGj0W7czKq6BUz1Jue81WALwDbvTI80tMk1cI"
    "Md5N5MHLAgDl3fcAf5o+zokR+wC7f8JJWAN4JfSwF+uilgn1R/71V3iybBVmnffQbhYljv"
    "bNJj8L/S4Dbni/W9YnmCR5lYnlOZ4DHIOC8uSuCFTVbWI+hNCLKIOVa1Aub+KStBTQoEy4"
    "r5DsHFKfPrB4iAPCLYmLTlESwusRG1ZcUAeY7DlNiuOqxFFRkoOJ1mf4/N2c6f2rJfuG85"
    "tou6moGbEdS7mfVu5lrtZvZn6FoB3RzZNWO6dUN910FdWUNbVmqpksCeFtNp7Onkar8sdm"
    "VkM3Ia2jS0Ojy4zmpxEDxzhnMqdjcr+QNVDV3pd+ZauurOclM3alPuiEWxmCKxR1kYnsKy"
    "lIbDuThS0MA2GhJpfMIdg6BBPFgiy11x4qqDE+XmATQg32YU1CBuFxzBuNvnrbZuP7ciGV"
    "E2KFbLKn7SoS7eo83d5pq7FVPoNkmbqze0O8mbgyeCP+4qoCrAnJZrIN7HpfA+XoL3cRbv"
    "Zzx+oHZoP8v5A3yCO29Oq0z1SKJ5ubjbzw3VTsc65sdBOB06jelH1HTMBamo56SkfqFrp+"
    "YKLEIip0VHq/db7jwCrJBp8dFcRbaIXINyhEs3FtRT0TlVjxuDpy67aqP5hHGi+BHu4gX3"
    "iQ43GRFEokA3AW2ZWZZlVw8pQ634gKgq0Z9TcT/NqTwvp1LP8G091p5Ns2jDeV8B1oSQhn"
    "RF1mfIa2+a9xl2dJiwrk79jE+rRCLdZffhsvv+KpmkmDywY0NwG3nqShrgzHKYD/LzRI+C"
    "PLEcoyaWQlZs0sRS1lbbM58mbIpchlxiWUE4J0Ina5qsaC8OdIEm4vAS5CclcnlwC5eHlc"
    "gqVW3EmTJU1CEm6uCSbGdozETOk42YY4rwUtFBMV9sGe0Os66oixxigBA/QiIpC/5BxEBE"
    "5AkNTMoFUCocNVyATcXnRPw6dHL8qrSVVCrOVM+v9WpLqZYflmVm0bPtgKnp+repKeTk7C"
    "QoLmHrN29EqGMZdbGLGrZDWbWvGt5xGQ36GqDr8rWtrZav1VUr15rah0CFJsreRZZTVT2n"
    "RLWe66xnHapsrJo3yo8sRzgE+6H2QjfUwZfZCdmwDQIh3MVXTCTEN/qtJBSCXYaLssxC4N"
    "yLjFB1Nilz0Bzzd9LRd9hcno4qdkAhWfhKnQ27nH3YuE/BUNw99j4+9mQS6s3drw/IYFOC"
    "8Bh0KK+pv6m9WNQRnb5DA5vBtEwcJwuLHQfdt9GAw4MG8pp/eoo4BdYV2zEDAXHmrAjYcC"
    "qSYkXLAEwxeGRh7orzYokphh9RHSCPHZI675YXn+mamWoSgw1PdLXBEylxQGd6lvRNr9S5"
    "pUQeW6pO3M2eWRor1VT5+Wz1EaFqAH/7e3wEOsalyZyaGxsVyBy1AmTAXHLiViDQCG5h10"
    "cnygWkCryhgIa3BLzyq1uBqAnbNykVeHsHqeYuBcXJ1fkLgcZSXHHzq20Ughm212jmndrk"
    "27tZQIuL5sZl9Dm0G9TLDQz8DPbL2Z6YmKZ6akf1JBh6cC/7LrhE1ZWcEtXMbZ31rJnbH0"
    "LNuvD1D6HmeqYP1VfB62em6gTKJiZQPhD4qrmt4uiH36BdJvbBo7Yl9ohwmDEipVBJqRiE"
    "ICnbcAVbxDyX0QqVA4k5cpgghUyE53ghZTkaEk7NkPmXzcvU59jvo0vtJ8mNNOiNJM9Lsq"
    "u5kEW6OOsskmgEcbnvnDNtmv8QNluNdgVrP3t3DpgOUTbmdICaQrr28QDPbHv73g9z8uzu"
    "6OZSm3uWaFaq3rMBho7Fxh55hwxm+vat44E1q/pvI6ySdubMeRJ7krBtM7DiwPKl7rm80/"
    "14jb5ii4ollqscIO7KXUvcmJAp5vkln/f25A2qPss/M29UcYw6aL8dS+9Zk/R2U9en2LB+"
    "gp9ZBeqgfSOM6nRhthJgd5aVZUtnA6iyweqlqBIpTMvpaOEG0UK/wnB1LWQEtRo2UINJx4"
    "RXSuyKJBq42Gy/wKaMfHJCcjjhEiHTQFD767Xz5DbaBLFFllrag3lmsn9nqY08j9qUKhKt"
    "2qOZwwzCuUxzFwbmhGDHHRKcc55JKSmRTT/wD36KJatTkwvmWfw1uCny6YWsSb5Sg7wA85"
    "hMmbNoo4E6kksW8RyoHfwgtxC1jUQ9I+LALxoMPRPMXr/RFztqNcWq5TkauAws8aAfMdTB"
    "yCEkvOAEeff+89ncBiFq90cWHU/8/P34iS1U2fGbGt+a0N4HoT1h1T6GQfsGfgo7b96UMb"
    "zfvCm2vMW91OkqedO4MNlxljuNdaqjNAHkAlTJcAslGjhbt19qt0YHhtcN+kM33bR9/oMp"
    "WS19/aoEZkpsf8tma1dW0x7OPIjZz1mslxXhTwmu9dWvWbTyeYrwR/5KNQUk5TT+6+If80"
    "SrKSAl2JgaQXvGP+7lV1NAWlK/A+vqIOBrqjD7cZn9k/ox+mLoUculNj8Sz3sOBmMnVH/I"
    "UVXwwBMyjVmPtuaEC/vQzZ/mhZAmZDSkvbwsnueh0rvEocaklUOl+3fay6h0HLVZRaUXg7"
    "tlgrj4vS5JrPnfsvrmZWzlhS7mg/1PUhWnMSbSQJ5tJ6yweKkqIOw3byC6OzkUzz9MsIol"
    "FhPR2RUVTa5n/Zh9/y8Oa8gv"
)
