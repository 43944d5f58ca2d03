from tortoise import BaseDBAsyncClient

from migrations.indexes import create_index

# An index is built while others use its table
RUN_IN_TRANSACTION = False


async def upgrade(db: BaseDBAsyncClient) -> str:
    await db.execute_script(
        """
        CREATE TABLE IF NOT EXISTS "upload" (
    "id" UUID NOT NULL PRIMARY KEY,
    "owner" VARCHAR(80) NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    "content_type" VARCHAR(100) NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "sha256" VARCHAR(64),
    "created_at" TIMESTAMPTZ NOT NULL,
    "completed_at" TIMESTAMPTZ,
    "expires_at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_upload_expires_50210e" ON "upload" ("expires_at");
CREATE INDEX IF NOT EXISTS "idx_upload_owner_e8a6da" ON "upload" ("owner", "created_at");
COMMENT ON TABLE "upload" IS 'One input file of one owner; it can be used once `completed_at` is set, and until `expires_at`.';
        ALTER TABLE "version" ADD COLUMN IF NOT EXISTS "options" JSONB NOT NULL DEFAULT '{}';
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "budget_bytes" BIGINT;
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "device_name" VARCHAR(200) NOT NULL DEFAULT '';
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "model_bytes" BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "evictions" INT NOT NULL DEFAULT 0;
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "total_bytes" BIGINT;
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "in_flight" INT NOT NULL DEFAULT 0;
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "versions" JSONB NOT NULL DEFAULT '[]';
        ALTER TABLE "worker" ADD COLUMN IF NOT EXISTS "free_bytes" BIGINT;"""
    )
    warm = """("version_id", "rank", "run_at") WHERE status = 'starting'"""
    await create_index(db, "prediction_warm", "prediction", warm)
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"



async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "prediction_warm";
        ALTER TABLE "worker" DROP COLUMN "budget_bytes";
        ALTER TABLE "worker" DROP COLUMN "device_name";
        ALTER TABLE "worker" DROP COLUMN "model_bytes";
        ALTER TABLE "worker" DROP COLUMN "evictions";
        ALTER TABLE "worker" DROP COLUMN "total_bytes";
        ALTER TABLE "worker" DROP COLUMN "in_flight";
        ALTER TABLE "worker" DROP COLUMN "versions";
        ALTER TABLE "worker" DROP COLUMN "free_bytes";
        ALTER TABLE "version" DROP COLUMN "options";
        DROP TABLE IF EXISTS "upload";"""


MODELS_STATE = (
    "eJztXWtz2zYW/SsYfUk64/XEiu14k92dsROn1daxPY7cdprsUBAJSViTgEqAVtSs//sC4P"
    "slkXqZYvHFDxAXBM+9BO+9OAC+dxxqIZsd3jPkdt6C7x0CHST+SJUfgA6cTuNSWcDh0FYV"
    "vbDGkHEXmlyUjaDNkCiyEDNdPOWYElnzM3XQkFpzMJtQYEIC6IwAv0UAiQWmLrKwKWuzd2"
    "CG+YR6HEAwhYzNqGuBCWQTQKhqQorbdAwwAZABzA9lFyxqij5gMt7J3TyC//CQwekY8YlC"
    "78t/RDEmFvqGWPjv9MEYYWRbKXCxJRtQ5QafT1XZ/X3vw0dVUz7J0DCp7Tkkrj2diy6SqL"
    "rnYetQyshrY0SQCzmyEuATz7YDHYVFfo9FAXc9FHXVigssNIKeLVXY+cfIIwodIO90eih/"
    "vvlX0LdEPcO4vukbny/7htHJqVz2IaOXoMgUsAtzwYRLpL4/+e3GiKjSjrzB+5/O716+Pv"
    "1BYUAZH7vqosKr86QEIYe+qEI9hnki9CwAyEH9fgLdYqhjiQzcorPbATqEaAugdhz4zbAR"
    "GfOJ+Pf41QKQfzm/Uzgfv1I4U/Ei+2/3dXClqy5JuGN4kQOxXQfdSKB14HZPjiugK2qVwq"
    "uupfENhyJDDkV5nPvoGy/GOSe4Et4BmhHcYZUY73ic3wHgC/DtX/7Wly07jP1hJ2F9+en8"
    "N4W4Mw+uXN1c/xhWT6jh/dXNRQZ9zAxoOZjkgb+g1EaQlAzWCbEM7EMht4qdVwE+Ktkt8h"
    "c3N1cp5C96WWjvP11c3r08UmoQlTBXxb3rfgZv00USEwPyPOIfxBWOHVQMeVoyA7oViB6G"
    "f2xLA9sca8QDWjfEngdv5aJXoffp8nP//NNtSisfzvuX8ko39S6EpS9PM6NS1Aj4tdf/Cc"
    "h/we8315fZT3BUr/97R/YJepwahM7EG5AYjsPSELUn6RaNHhJfbFkwhObDDIoxK3Ul648W"
    "vIyB3Mef75ANFbJ5Iwic2U/y1x7q/ym0+LA0toPE1yL2Z9dD6TZqaG8/EnmkpInRLi0zuv"
    "wlp+tkSyCBY/VI8t7yTimzKgieInsrj56cqMrS8OkcyOYtP4YBdAQoQTKoQe47IErE4EZE"
    "hMIAoyN+IH4CPoFcBCuixPbGgHE4Z4DDB0TywdKG2y4Ijb50VHOGH8wooP6TCZe+d2LAM4"
    "O6kJKV0Tdh5YwpGw+0koLcsDFT9UOT7ighAaz8B/z60+Xdpf88qmXQ+wyu76+uOk86Unve"
    "SE39rhFJhPU3E0g89+c9FUqcVokkTssDidNcHPEgnqsOuGH9FoLbrRIEd8uD4G4uCE52K4"
    "dxeYiWEdsd1J1nGBi2Ep89YoaHWMQT8zq2nZZqoYUfVbHwo3ILP8pZuA7MyqFvV2CW1Lo3"
    "tVbUelpSa70pWg8xSqg9F0TGvnFdraclN6D1ZkaWe6jk/LudjMSqhjZJmU0GOM1V65JwJp"
    "fFyuCbB/cjdREek5/RXEHcEx2BxCyKYzKTr/uJaS4JI4pdOIuC7JRJiYf3RxB54U5Y+F3v"
    "fd+Py5dlBh+Ry9bPev3it9IiuBuQHdwbqLaZHgwtqyBBmDC68hThY6LS0iThDUEAO46npE"
    "EgKhN60M/tHSjuA58g8F869LN4wjSmUIxthSyKNdv7Sr6SAaOeayLDRaPBARi4SMZgwrAg"
    "e0CWLBHjgMHMCXLgQLU2oOpx2AC8nNCZaEZmHm0KLWQdAOaZE5+EwcAfHiQc/6ks9gcg7g"
    "lmsgOiN1+JpKWAMXxE71TvZtR9EAXZDoKZi7n4S1YRJaXEji9BfjHIXnrOUJRXzV8uyVwG"
    "oBp+tyTuB4sTmOKzwRH4J3hxe3d5e37Xu/7xhc5gPnsG07eJHNQ9UpIBigUyaMthaf+GVt"
    "Ff8etv3aPjN8dnr0+Pz0QV1dGo5M0C4PPTwcrI62R2IgGd1KmQ1BGjE6uXsYwlNJukfrYy"
    "+AYqzOoYdVqshaa9+Yx87G7UMe+0VCuA3rWNpz27Omael2zDGJMZw7tnVQbx7ln5KC6vPR"
    "WFdbTA8ShHOyXUCkvf9gxqHKHkcf7355vr0pRZQiqbEhUaAP8DIWFhvyx7Ab4SjsUjS3YQ"
    "yfjasoHsyBIEhLXAj0XWQn61SdY4ohl62OaYsEN52+eIabaiEEymHl/hlcjK7V41bXorPL"
    "6aFnKCWg1rvQsjWu8d8Otr0NcAPfQYV/Ey2+lfbt7rsfAYsYKJ4HKEY4n24XtWJVA9Kw9U"
    "z/KBKv4TGcM5R0VTMnhcmjlMy62UPWwa0n7y8O/d7uvXb7qvXp+enRy/eXNy9irKIuYvLU"
    "onXvR+lBnFlCbyKcapS+UQU8utTMpoj3718RtyjpxpweBSavUJid0lzF9t1+A3li33p7dq"
    "UjpSQmtM+eyPKS+d34kRtRFkyPAIL1riupgKlRHVXKgmc6E0u7V8kNpPnmMVdmtyNr/qcJ"
    "mU0Qy4xQy4aFnbmgy4tq3YPMhQ4JI2tQYFTrO7FoG+VXZXArECglcaz3KO1zRdrxLNy/UC"
    "IlZAIComb+VqKUpW4EwPJLNKcp9GiJhyiSenD4i8BVQM+qp8Qm0LubIB+R9BMxHeq7WhDp"
    "yDESaYTXzuFJ0dgoFNGUNsAEwqnB+W4F2xr0QxryyMLOAR2STmQsCF5EH1ATITEUv04C1g"
    "DrRtUUF0nIlbuExWVFTRAWAmnUreliU6T7no8xw8oDkTFaAtejUQ7TwIIeoC+JXIJw/39S"
    "Fi2JkMqeeKW424aB3K9kWbyS4xJDCC9pIVrPJqogOG6ECOCfZF7YoUvNdFK1lTVDFxI0+N"
    "gRIO9dsjFXhjsc0Ypg2xowxqCW3MY5I3Jv5y5YreF52nTFdCLprf85X7I16rjXQn6UlXv7"
    "uSqn57EdKbstGiDkTjc42740dkRN+/Cl3oXYOXMQYHqQ79kOuRJXwyGxNUTyGh1LIuJVpX"
    "i6Nv+mqBNDi//lCxu+3hISoa4vGe0RBLlh6Up2wjgRYSATafso2G6qrwRgIthHfz1K3wg1"
    "MxJRhW1/nAIvasVxALLKbPekVp7TZY6ub5s4rIUGfiIBLQ075rUx7q4B5L6Oma1XEfYbto"
    "lrIc9khAo7466sh1qStAtWq5HGmp9k3Edytttblgp80c0cFHzBFBDBwXQF1OGs8JtgHtXd"
    "PGbTouGFrKQQ/r6z1zakPtINEfs9ZAnhDRQ7nmOzQkvvEzzTXQjAU0mFkwVe68YN5o0TbH"
    "kYze47jGHseapqNpOo1AuEl8jUo0nWAKqqaKY6kW0nNapt7xavod6x3H9kC/yVnLmjrOiG"
    "o9N1nPpqRz2YaLBLJsRVplcRNa783X+xr61nreCz0zTqcGQ+IJrYLo+6NNYdmapYxgRs0j"
    "Kdkq1X64ub+4ugS3d5fve597QUYp0qW6mI4W7y7Pr7KTjBmaWQ7w8kmAAtE25KazBIRqDI"
    "RFFISCnZHUh6fk0K1Fq0vTci2cRt/8ElO9+uIv8dnQm4n/JdSsWKErqTktqX3AJmvZpM50"
    "1V3is7Ja003WtF4lt+HZisSqkKp4JkT03E/mBKDUYpWqgKaltIkuXsgZnu6+5jrOiicZNN"
    "NMl67iTLyjJYs4c6PqBjDVa2OLRoMNANu+oyCy0KbHwNoLj7e5nvZeUSkLltLehxzL8lW0"
    "XlRl6QLa/gQBG1ljf3HrLDgWIFxEDcQbbb0FotChwYJXOQUFEDQnB+rMAI4IwEQtcVUbjz"
    "uIcP90AX9VbMlxCru7bcEC1swi1dKVeol1g/U+rTlBvX5Pr99r1Pq9wEJXmsIokF1xFqNp"
    "qG97GkNt+qq2FqhD2cyKaeJmlk4Y7ONaG9mcnIY2C62emFhltNiLDFcu2n0mR3cqj7Qq9H"
    "T9K4td3bhOtTPB5GAK5Ko86XhKz1I5Du/kGVgmJGCIlPMprpgIDJJpWrU/C0PcP+lL0WXB"
    "AH2bYqEGebnkzLDt3m+5d/ulE8vIjTISu7ckj+bS21Vod7e97m5N0sg6RJFmQ7sVpoi4o4"
    "jHuQ9UDZizci3E+6gS3kcL8D7K4/2M+2U3Du1n2TCbTWD35LSOqccS7WOfaTaUDjo0gUJr"
    "eoGmEyFITT2nJfUL3Tg1NySLcBud5Ve++6x/0N/SzWeDapWmzkwR0Nl07KG3QG40409BqR"
    "1b/fYP5BHdif1fRSxPqIhWRcSPuX8i9/ltDzxCG0sbFtfHwjIYV8d6++dSseLZs53deY0J"
    "NPW7hpcU1t9MILA8c7B3LlJ5AuFBPGatEDeo38KYa/PbMepT/hqwc4w+5a8Ratj5YWhNA3"
    "zbuUobMjm3jgoYXEv28UgKak9Ze8rFnvKvyh8scpODKwt95Flcp9J8m18fBHujq6ks6WBO"
    "EHT5EMECalglKXV4Q8DeYwMAXaQ8Wmyx8IyG8KKkiUlZCz1iE70Q7jFyqDs/AAOfV6nyoQ"
    "Ofgibk5GkOti3/csUTDYaeJdzeoNJXEtfyz32w7XdgwKnwxMN2ZFcHIxehqCDoWnR/OiNC"
    "CBNjZOPxhA/U1ST5Dft+/LrOt56428XE3YTW+xiG9Vv4KeyenFRxvE9Oyj1veS1DVCsy49"
    "IZjmmhGe/11MbGmDz+AFTLcYskWmitm5+1aNCqz6ZBv++um/bP/2JK9oc+o24CMyPWgp2Z"
    "d0AfSfjPeawX8RkygvoA8FX5DHG8Uk8BaTmN/6r4JyLRegrICLaGvr5j/JNRfj0FZCX1O7"
    "CqDsJ8TZ3MflJm90n9RPpi6GGbY8IO5f2eI4OxlVR/lKOqEYGnZFozHm0sCJf+YcnxxKWQ"
    "pmQ0pP2ijRqeJ5V+jlxsTjoFqfTgysGiVDqM6yxLpZeDu+EEcfl7XTGxFnzLmsvL2MgLXZ"
    "4PLt19oTxoTIi0MM+2laywfKlqIBxUbyG6W1lfEKzLqOOJJUQ0u6Kmy/WsH7On/wMvUMVD"
)
