from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "upload_use" (
    "id" UUID NOT NULL PRIMARY KEY,
    "prediction_id" UUID NOT NULL REFERENCES "prediction" ("id") ON DELETE CASCADE,
    "upload_id" UUID NOT NULL REFERENCES "upload" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_upload_use_upload__0e34e8" ON "upload_use" ("upload_id");
CREATE INDEX IF NOT EXISTS "idx_upload_use_predict_058085" ON "upload_use" ("prediction_id");
COMMENT ON TABLE "upload_use" IS 'A prediction that names an upload, whose file stays until that prediction has ended.';"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE IF EXISTS "upload_use";"""


MODELS_STATE = (
    "eJztXWtz2zYW/SsYfUk6o/XEiu14k92dkR2n1daxPbbcdprsUBAJSVyTgEqAVtSs//sC4P"
    "slkXpSLL74AeKC4LkgeO/FucD3lk0MZNGjR4qc1nvwvYWhjfgfifI2aMHpNCoVBQwOLVnR"
    "DWoMKXOgznjZCFoU8SIDUd0xp8wkWNR8IDYaEmMOZhMCdIgBmWHgtQggNsDUQYapi9r0A5"
    "iZbEJcBiCYQkpnxDHABNIJwEQ2IcQtMgYmBpACkx2JLhhE530w8Xgnd3Ox+YeLNEbGiE0k"
    "el/+w4tNbKBviAb/Tp+0kYksIwGuaYgGZLnG5lNZ9vjY+/hJ1hRPMtR0Yrk2jmpP57yLOK"
    "zuuqZxJGTEtTHCyIEMGTHwsWtZvo6CIq/HvIA5Lgq7akQFBhpB1xIqbP1j5GKJDhB3OjsS"
    "P9/9y+9brJ6m3dz2tYervqa1MioXfUjpxS/SOex8uJiYCaS+v3jtRojI0pa4weVP3fvXb8"
    "9+kBgQysaOvCjxar1IQcigJypRj2CecD1zADJQX06gkw91JJGCm3d2O0AHEG0B1JYNv2kW"
    "wmM24f+evFkA8i/de4nzyRuJM+Evsvd23/hXOvKSgDuCF9nQtKqgGwo0DtzO6UkJdHmtQn"
    "jltSS+wVSkiakoi3MffWP5OGcEV8LbRzOEO6gS4R3N8zsAfAG+/avf+qJlm9I/rDisrz93"
    "f5OI23P/yvXtzY9B9ZgaLq9vL1Lom1SDhm3iLPAXhFgI4oLJOiaWgn3I5VYZ52WAD0t2i/"
    "zF7e11AvmLXhrax88XV/evj6UaeCWTyeLeTT+Ft+4ggYkGWRbxj/wKM22UD3lSMgW64Yse"
    "BX9sSwPbnGv4Axq32Jr7b+WiV6H3+eqh3/18l9DKx27/SlzpJN6FoPT1WWpWChsBv/b6Pw"
    "HxL/j99uYq/QkO6/V/b4k+QZcRDZMZfwNi03FQGqD2Isyi0VPsiy0KhlB/mkE+ZyWupO3R"
    "nJfRl/v08z2yoEQ2Owh8Y/az+HWA+n8JRnxQGo2D2NcismfXQ+kubOhgPxJZpMQQIx1SNO"
    "iyl+yOnS6BGI7lI4l7izslhlWO8xSOt2LvyQ6rLHWfukA0b3g+DCAjQDASTg1yPgBewic3"
    "zD0UCigZsTb/CdgEMu6s8BLLHQPK4JwCBp8QzjpLG247xzX60pLNaZ4zI4H6T8pd+t6KAE"
    "9N6lxKVEbf+CinVI5xXysJyDXLpLJ+MKRbUogDK/4Bv/50dX/lPY9sGfQewM3j9XXrRXlq"
    "+/XU5O8KnkRQfzOOxL4/7wlX4qyMJ3FW7EicZfyIJ/5cVcAN6jcQ3E4ZJ7hT7AR3Mk5wvF"
    "sZjItdtJTY7qBu7WFi2Ip/9mxSc2hyf2JeZWwnpRo4wo/LjPDj4hF+nBnhyjErhr5Zjllc"
    "6+7UWFHrSUml9bpoPcAopvaMExnZxlW1npTcgNbr6VkeoJKz73bcEyvr2sRlNung1FetS9"
    "yZTBQrhW8W3E/EQeYY/4zmEuIe7wjEep4fk1p8PUxMM0EYXuzAWehkJ4YUf3hvBhEX7vkI"
    "v+9d9j2/fFlk8Bk5dP2o1y9eKw2CuwbRwYOBapvhwWBk5QQIY4OuOET4HKu0NEh4ixEwbd"
    "uV0sAXFQE96MX22pL7wCYI/JcMvSgeHxpTyOe2XBbFmu19xV/xgBLX0ZHmoNGgDQYOEj4Y"
    "H1iQPiFDlPB5QKP6BNlwIFsbEPk4dABeT8iMNyMijxaBBjLagLr6xCNhUPCHCzEz/5Qj9g"
    "fA7wlmogO8N1+xoKWAMXxGH2TvZsR54gXpDoKZYzL+l6jCSwqJHV/8+KIfvXTtIS8vG79c"
    "Ern0QdW8bgnc24sDmPyzwRD4J3h1d391173v3fz4SkUw9x7B9MZEBuoeLogARQIptMW0dH"
    "hTK+8v//W3zvHJu5Pzt2cn57yK7GhY8m4B8NnlYDnIq0R2QgEV1CkR1OGzE60WsYwkFJuk"
    "erTS/wZKzKoM6qRYA4f25iPykblRZXgnpRoB9K7HeNKyqzLMs5JNmGNSc3jnvMwk3jkvns"
    "XFtZc8t47kGB7FaCeEGjHSt72CGnkoWZz//XB7Uxgyi0mlQ6JcA+B/ICAsHNbIXoCvgGPx"
    "zJKeRFK2tmggPbP4DmEl8CORtZBfbZE18miGrmkxE9Mjcdt9+DRbUYiJpy5b4ZVIy+1eNU"
    "16K1y2mhYygkoNa70LI1LtHfDqK9DXAD2wGFexMptpX27e6jHMMaI5C8HFCEcSzcP3vIyj"
    "el7sqJ5nHVXzT6QN5wzlLcmY48LIYVJupehh3ZD2god/73Tevn3XefP27Pz05N270/M3YR"
    "Qxe2lROPGi96OIKCY0kQ0xTh0ipphKZmVcRln0q8/fkDFkT3Mml8JRH5PYXcD8zXYH/Mai"
    "5d7yVkVKR0JojSWfwxnKS9d3IkQtBCnSXMzyUlwXU6FSoooLVWculGK3Fk9Sh8lzLMNuja"
    "/ml50u4zKKAbeYARemta3JgGtaxmY7RYGLj6k1KHCK3bUI9K2yu2KI5RC8kngWc7ymyXql"
    "aF6O6xOxfAJRPnkrU0tSsnxjeiCYVYL7NEJYFymejDwh/B4QPunL8gmxDOSIBsR/GM24ey"
    "9zQ204ByMTm3TicafI7AgMLEIpogOgE2780Bjvin7FknllmMgALhZNmowLOBA/yT5AqiNs"
    "8B68B9SGlsUr8I5TfguHioqSKjoAVCdTwdsyeOcJ432egyc0p7wCtHivBrydJy5EHAC/Yv"
    "Hkwb4+mE87kyFxHX6rEeOtQ9E+bzPeJYo4RtBaksEqrsY6oPEOZJhgX+SuSP57nZfJmqCK"
    "8Ru5cg4UcMjfLi7BG4vGjKZb0LTlgFpCG3Op4I3xvxyR0fuq9ZLqSsBF83q+cn/4a7WR7s"
    "Qt6fJ3l1Llb89del00mteBcH6ucHfzGWnh969EF3o34HWEQTvRoR8yPTK4TWaZGFVTSCC1"
    "rEux1mVy9G1fJkiD7s3Hkt1tDg9R0hBPDoyGWJB6UByyDQUaSATYfMg2nKrLwhsKNBDezV"
    "O3gg9OyZBgUF3FA/PYs26OL7CYPuvmhbWbMFI3z5+VRIYqCwehgFr2XZvyUAX3SEIt16yO"
    "+8i08lYpi2EPBRTqq6OOHIc4HFSjksmRlGreQnyn1FabC3bazBAdPMRs7sTAcQ7UxaTxjG"
    "AT0N41bdwi45yppRj0oL7aM6cy1Dbi/dErTeQxETWVK75DTfwbL9JcAc1IQIGZBlPGznPW"
    "jRZtcxzKqD2OK+xxrGg6iqZTC4TrxNcoRdPxl6AqqjiSaiA9p2HqHa+m37HacewA9Btfta"
    "yo45So0nOd9awLOpelOYgjS1ekVeY3ofRef72voW+l54PQM2VkqlHEn9DI8b4/WQQW5Syl"
    "BFNqHgnJRqn24+3jxfUVuLu/uuw99PyIUqhLeTHpLd5fda/Ti4wpmlkG8OJFgBzRJsSm0w"
    "SEcgyERRSEnJ2R5Ien4NCtRdmlSbkGLqNvPsVUZV/8JT4bajPxv4SaJSt0JTUnJZUNWGct"
    "68SerrpLfFpWabrOmlZZchterYhlhZTFMyai1n5SJwAlklXKApqUUkN0cSJncLr7mnmcJU"
    "8yqOcwXZrFGXtHC5I4M7PqBjBVubF5s8EGgG3eURBpaJNz4BqJx+5U7MuvublknCqJx4+y"
    "oUd6wC7cbvOOHyXlNCfl+DHgohZnG7thlaWJxv0JAhYyxl4S8Mw/PiFINgdc8cZ7wAtt4i"
    "cGi6U6gKA+acuzFRjCwMQyFVhu0G4jzLxTGLzs4YJjJ3Z325xE31Qyb2FGYyy/spoJkhFU"
    "eY4qz7FWeY7+CF1pqSdHdsXVnrqhvu3lHrk5rtyCoQq1NS2mCK5p2qW/321lZDNyCto0tG"
    "oBZ5XZ4iAigZmoQLFDsFVDV3oGuZaud2WxqRvVKXd2mphMgcheFIansCyl4fBBnBWmQwyG"
    "SBqf/IqOwCAezpb72FDEvBPRJK0YDNC3qcnVIC4XnK223fstt26/tCIZsaFIbJeb+BFmal"
    "sPZe4219ytSK5Zh1BTb2i3wqjhd+T+OPOAqgBzWq6BeB+Xwvt4Ad7HWbz3uK947dDey8bi"
    "dAI7p2dVhnok0TyWnmKNKadDEU2UphdoOuaCVNRzUlK90LVTc4UoQoJ1oNYTd7yeGAJWGG"
    "nx0VwWbBGrweUCLt3Yop63OifuSwHknrpsqg1mE0KRFx+hDM6pH+hgyRVBMIEUIK4tIxtl"
    "2dZNyoRWfEC8/WO/pNb9VExlvzGVei7f1mPuWZfnGI77CrAmhBSkS3h5YVx7XWZe2NBhwr"
    "qcnBcfVgmq02X34bL78SpJI0vuxL8muI08TiENcGY6zAd5P6tHd+FZ18WnM3gHYS89nMGv"
    "VooypfOPjkXGLnoPxEaMnikhTzTw2m8DmDgfgVsjmPAvKjKAyT7IK927HniGlil8F359zD"
    "VAGb9KgXduK81nTe3szmsQp+TvzNtVHB0L6m8mALzcujm40FixkfPEH7PS0oZfv4Gx9s1v"
    "V65Owa5m7qhTsJurhp0fFlw3wLe9Rm1BKjiVKMcuXbLPXVxQRUgPOUK6TUv5V2kP5pnJ/p"
    "WFNvIsqlOKZ+XVB/7ZQZLCJAzMCYIOGyKYkxJQSkoebuZnt9ABgA6SFq1p0OAMs+CiSA8Q"
    "sgZ6NnX0ipvHyCbOvA0GXt6RXAcfeKkHXE6cdmaJkCBy+BMNhq7BzV6/0lcc1fLORbOsD2"
    "DACLfEg3ZEVwcjB6GwwO9aeH8yw1zIxNrIMscTNpBX40kPpmfHr2t8q+DiLoKLE1LtYxjU"
    "b+CnsHN6WsbwPj0ttrzFtVSCQt4wLmS2THOH8UFTWjbG4PYmoEqGWyjRwNG6ebZKjXZFqR"
    "v0h266Kfv8L6Zkb+rTqgYwU2INOLlkB7ThmP2cxXoRjzUluNJXv2Zkr/3wWCN/pZoCknIK"
    "/1Xxj3mi1RSQEmxM2uKO8Y97+dUUkJZU78CqOgjiNVUi+3GZ3Qf1Y+GLoWtazMT0SNxvHx"
    "GMrYT6wxhVBQ88IdOY+WhjTriwD1n+MC+ENCGjIO3nEab2E0rvIsfUJ62cULp/pb0olA6j"
    "OstC6cXgbjhAXPxelwys+d+y+vIyNvJCF8eDC3cnK3YaYyINjLNtJSosXqoKCPvVG4juVv"
    "JK/XzcKpZYTESxKyqaXHv9mL38HxjwckA="
)
