from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "user" (
    "id" UUID NOT NULL PRIMARY KEY,
    "handle" VARCHAR(40) NOT NULL UNIQUE,
    "email" VARCHAR(254) NOT NULL UNIQUE,
    "password_hash" TEXT,
    "is_admin" BOOL NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "user" IS 'Somebody who can own models and predictions; without a password hash nobody can log in as it.';
CREATE TABLE IF NOT EXISTS "model" (
    "id" UUID NOT NULL PRIMARY KEY,
    "name" VARCHAR(64) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "description" TEXT NOT NULL,
    "visibility" VARCHAR(10) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "deleted_at" TIMESTAMPTZ,
    "owner_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_model_owner_i_2f5f9b" UNIQUE ("owner_id", "name")
);
CREATE INDEX IF NOT EXISTS "model_list" ON "model" ("created_at", "id") WHERE deleted_at IS NULL;
COMMENT ON TABLE "model" IS 'A named model of one owner; deleting is soft, so that its slug stays taken.';
CREATE TABLE IF NOT EXISTS "version" (
    "id" UUID NOT NULL PRIMARY KEY,
    "number" INT NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "reason" TEXT,
    "source_type" VARCHAR(20) NOT NULL,
    "source_ref" TEXT NOT NULL,
    "revision_asked" VARCHAR(128),
    "predictor" VARCHAR(64) NOT NULL,
    "own_schema" JSONB,
    "input_schema" JSONB NOT NULL,
    "output_schema" JSONB NOT NULL,
    "info" JSONB NOT NULL,
    "revision" VARCHAR(64),
    "digest" VARCHAR(80),
    "size_bytes" BIGINT,
    "progress" JSONB,
    "attempt" INT NOT NULL,
    "worker_id" UUID,
    "lease_until" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "model_id" UUID NOT NULL REFERENCES "model" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_version_model_i_7bcb74" UNIQUE ("model_id", "number")
);
CREATE INDEX IF NOT EXISTS "version_preparing" ON "version" ("created_at") WHERE state = 'PREPARING';
COMMENT ON TABLE "version" IS 'One immutable version of a model, and the job that prepares it.';
CREATE TABLE IF NOT EXISTS "prediction" (
    "id" UUID NOT NULL PRIMARY KEY,
    "owner" VARCHAR(80) NOT NULL,
    "queue" VARCHAR(20) NOT NULL,
    "rank" INT NOT NULL,
    "status" VARCHAR(10) NOT NULL,
    "input" JSONB NOT NULL,
    "output" JSONB,
    "files" JSONB,
    "error_code" VARCHAR(24),
    "error_message" TEXT,
    "logs" TEXT NOT NULL,
    "metrics" JSONB,
    "attempt" INT NOT NULL,
    "losses" INT NOT NULL,
    "alone" BOOL NOT NULL,
    "worker_id" UUID,
    "lease_until" TIMESTAMPTZ,
    "run_at" TIMESTAMPTZ NOT NULL,
    "rung_at" TIMESTAMPTZ,
    "deadline_at" TIMESTAMPTZ,
    "cancel_requested_at" TIMESTAMPTZ,
    "canceled_at" TIMESTAMPTZ,
    "stop_seconds" DOUBLE PRECISION,
    "idempotency_key" VARCHAR(200),
    "request_hash" VARCHAR(64) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "started_at" TIMESTAMPTZ,
    "completed_at" TIMESTAMPTZ,
    "model_id" UUID NOT NULL REFERENCES "model" ("id") ON DELETE RESTRICT,
    "user_id" UUID REFERENCES "user" ("id") ON DELETE RESTRICT,
    "version_id" UUID NOT NULL REFERENCES "version" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_prediction_owner_d32135" UNIQUE ("owner", "idempotency_key")
);
CREATE INDEX IF NOT EXISTS "idx_prediction_user_id_2e893d" ON "prediction" ("user_id", "created_at", "id");
CREATE INDEX IF NOT EXISTS "prediction_claim" ON "prediction" ("queue", "rank", "run_at") WHERE status = 'starting';
CREATE INDEX IF NOT EXISTS "prediction_lease" ON "prediction" ("lease_until") WHERE status = 'processing';
CREATE INDEX IF NOT EXISTS "prediction_live_model" ON "prediction" ("model_id") WHERE status IN ('starting', 'processing');
CREATE INDEX IF NOT EXISTS "prediction_deadline" ON "prediction" ("deadline_at") WHERE deadline_at IS NOT NULL AND status IN ('starting', 'processing');
COMMENT ON TABLE "prediction" IS 'One run of a version.';
CREATE TABLE IF NOT EXISTS "usage" (
    "prediction_id" UUID NOT NULL PRIMARY KEY,
    "owner" VARCHAR(80) NOT NULL,
    "predict_seconds" DOUBLE PRECISION NOT NULL,
    "input_tokens" INT NOT NULL,
    "output_tokens" INT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "usage" IS 'The ledger of what predictions used: at most one line each, written in the statement that finishes it.';
CREATE TABLE IF NOT EXISTS "predictor" (
    "name" VARCHAR(64) NOT NULL PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "input_schema" JSONB NOT NULL,
    "output_schema" JSONB NOT NULL,
    "digest" VARCHAR(80) NOT NULL,
    "last_seen" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "predictor" IS 'The catalogue: code that runs models, as the workers announced it; the API validates against its schemas.';
CREATE TABLE IF NOT EXISTS "worker" (
    "id" UUID NOT NULL PRIMARY KEY,
    "host" VARCHAR(255) NOT NULL,
    "pid" INT NOT NULL,
    "device" VARCHAR(64) NOT NULL,
    "started_at" TIMESTAMPTZ NOT NULL,
    "last_seen" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "worker" IS 'One worker process and its heartbeat.';
CREATE TABLE IF NOT EXISTS "aerich" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "version" VARCHAR(255) NOT NULL,
    "app" VARCHAR(100) NOT NULL,
    "content" JSONB NOT NULL
);"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        """


MODELS_STATE = (
    "eJztXetz27gR/1cw+pLcjOuJFb+atJ2REyVRz7E9tny5ueSGhkhIYkUCOgK0oqb+3wuA75"
    "dE6mWKwRfLArEg9NvlYnexC/5o2cRAFj28p8hpvQE/WhjaiP+TaD8ALTidRq2igcGBJTu6"
    "QY8BZQ7UGW8bQosi3mQgqjvmlJkEi553xEYDYszBbEyADjEgMwy8EQHEBpg6yDB10Zu+BT"
    "OTjYnLAARTSOmMOAYYQzoGmMghBLlFRsDEAFJgskMxBYPofA4mHu3kbi42/3KRxsgIsbFE"
    "7+ufvNnEBvqOaPB1OtGGJrKMBLimIQaQ7RqbT2Xb/X3v/QfZU/ySgaYTy7Vx1Hs651PEYX"
    "fXNY1DQSOujRBGDmTIiIGPXcvyeRQ0eTPmDcxxUThVI2ow0BC6lmBh6x9DF0t0gLjT6aH4"
    "e/Yvf26xfpp2dd3X7rp9TWtlWC7mkOKL36Rz2Lm4mJgJpH48eeNGiMjWlrjBu0+d25evT3"
    "+RGBDKRo68KPFqPUlCyKBHKlGPYB5zPnMAMlC/G0MnH+qIIgU3n+x2gA4g2gKoLRt+1yyE"
    "R2zMvx6/WgDyb51bifPxK4kz4Q+y93Rf+Vfa8pKAO4IX2dC0qqAbEjQO3PbJcQl0ea9CeO"
    "W1JL6BKtKEKsri3EffWT7OGcKV8PbRDOEOukR4R3p+B4AvwLff/b0vRrYp/cuKw/ryc+d3"
    "ibg9969cXl99DLrH2PDu8voihb5JNWjYJs4Cf0GIhSAuUNYxshTsA063ipyXAT5s2S3yF9"
    "fXlwnkL3ppaO8/X3RvXx5JNvBOJpPNvat+Cm/dQQITDbIs4u/5FWbaKB/yJGUKdMMnPQz+"
    "2RYHtqlr+A80rrE195/KRY9C73P3rt/5fJPgyvtOvyuutBPPQtD68jSllcJBwJde/xMQX8"
    "Ef11fd9BIc9uv/0RJzgi4jGiYz/gTE1HHQGqD2JMyi4SS2YouGAdQnM8h1VuJK2h7NeRh9"
    "ug+/3iILSmSzQuAbs5/Fxx7y/ymQ+KA1koPYahHZs+uhdBMOtLeLRBYpIWKkTYqELnvJbt"
    "vpFojhSP4kcW9xp4RY5ThPobwVe0922GWp+9QBYnjD82EAGQKCkXBqkPMW8Bau3DD3UCig"
    "ZMgO+F/AxpBxZ4W3WO4IUAbnFDA4QTjrLG147BzX6GtLDqd5zowE6s+Uu/SjFQGeUuqcSn"
    "RG37mUUypl3OdKAnLNMqnsH4h0SxJxYMUX8OVT97br/R45Mujdgav7y8vWk/LUntdTk58V"
    "PImg/2Yciede3hOuxGkZT+K02JE4zfgRE/67qoAb9G8guO0yTnC72AluZ5zg+LQyGBe7aC"
    "my3UHdegbFsBX/7NGk5sDk/sS8imwnqRoo4UdlJPyoWMKPMhKuHLNi6JvlmMW57k6NFbme"
    "pFRcrwvXA4xibM84kZFtXJXrScoNcL2enuUeMjn7bMc9sbKuTZxmkw5Ofdm6xJ3JRLFS+G"
    "bB/UAcZI7wr2guIe7xiUCs5/kxqc3X/cQ0E4ThzQ6chU52QqT4j/c0iLhwyyX8tveu7/nl"
    "yyKDj8ih60e9fvNGaRDcNYgO7g1U2wwPBpKVEyCMCV1xiPAx1mlpkPAaI2DatiupgU8qAn"
    "rQi+0dyNwHNkbgP2TgRfG4aEwh1225WRRrjvcNf8MPlLiOjjQHDR8OwIODhA/GBQvSCTIe"
    "JP0DVwUa1cfIhrzBQWAmBhKjiuwSMIKP6K38OiPOhDek7wNmjsn4f6ILbynMz/jqhwn9IK"
    "RrD3h72TDkkgCkj43mTUvAd7A4Dsm1P0Pgn+DFzW33pnPbu/r4QgUinz0Q6clEBuoeLgjk"
    "RAQptIV22T8NyefLP/7WPjo+Oz5/fXp8zrvIiYYtZwuAz+7qSiGvEqAJCVRspkRshmsnWi"
    "3wGFGopJDqQUd/KZOYVRHqJFkDRXvzgfXIaqgi3kmqRgC9axlPGmhVxDxL2QQdk9Lh7fMy"
    "Srx9XqzFxbWnPO+M5BgexWgniBoh6dveCI28jCzO/767viqMfMWo0pFNzgHwPxDkHeyXZC"
    "/AV8CxWLOklUjK1hYDZFIq8dRlK3AgTbcWD+om9LtmAnHZalzIECo2rPUsDEm1Z8Drr0Bf"
    "A/TAQFnFqGmmObP5RdYwR4jmbB8WIxxRNA/f8zJ+0XmxX3Se9YvM/yJtMGcoL5BvjgoDVU"
    "m6lYJVdUPai1X9vd1+/fqs/er16fnJ8dnZyfmrMGiVvbQoenXR+ygCWAlOZCNaU4cIFZOD"
    "frHyjtMoA3J1/Q0ZQ/Y0R7kUSn2MYnfx2VfbFfiNBWe93ZSKiQAJojV2GPZHlJduJ0SIWg"
    "hSpLmY5RVGLk6gSZGqDJo6Z9ConMhiJbWf2XFlciLjm8dl1WWcRuVNLc6bCouh1sybalqd"
    "30EqcSouU2skTqmcoEWgbzUnKIZYTlpQEs/izKBpsl+p5CDH9dN3/HyV/JSfTC+ZyOMb0w"
    "+iElCk2gwR1kVhICMThN8AwpW+bB8Ty0COGEB8w2jG3XtZUWjDORia2KRjL1WHzA7Bg0Uo"
    "RfQB6IQbPzSW5kO/YZnoY5jIAC4WQ5qMEzgQT+QcINURNvgM3gBqQ8viHfjEKb+FQ0VHmW"
    "D4AKhOpiJNyOCTJ4zPeQ4maE55B2jxWT3wcSaciDgAfsPilwenwWCudsYD4jr8VkPGR4di"
    "fD5mfEoUcYygtaTuUVyNTUDjE8gkHn2VZ+n4z3Ve/WMiM4nfyJU6UMAhP11cIk0pkhlNt6"
    "BpS4FakqXkUpGmxP9zRB3oi9ZTaipx07X87SVV+dtzH1oXg+ZNIFSIFe5uPiItXHBKTKF3"
    "BV5GGBwkJvRLZkYGN4IsE6NqHAmolk0pNrqsYb3uyzpW0Ll6X3K6zckzk2lmx3uWZlaQIV"
    "4cIw0JGrjRu/kYaagby8IbEjQQ3s2n5gQrTskYXNBdBeDysiPdHON7cXqkmxdHboKkbj4/"
    "UmYOVNtm9QnUPuvaOQZVcI8o1P7I6rgPTStvW7AY9pBAob466shxiMNBNSqZHEmq5u18t0"
    "udiLjgQMRMZoGHmM2dGDjKgbo4KThD2AS0d50WbJFRjmopBj3or442qQy1jfh89EqKPEai"
    "VLlKMKiJf+OFdiugGREoMNNgymB1zkbNotNoQxp1FG2Fo2hVXozKi6kFwnVKkCiVF+PvQV"
    "VkcUTVwHyYhrF3tBp/R+pgqD3gb3zXsiKPU6SKz3Xmsy7ypyzNQRxZumIeY/4Qiu/15/sa"
    "/FZ83gs+U0amGkX8Fxo53vcHi8CiIqEUYYrNQ0HZKNa+v76/uOyCm9vuu95dz48ohbyUF5"
    "Pe4m23c5neZEzldWUAL94EyCFtQmw6nYBQLgNhUQpCzsk3cuEpeDfSonLOJF0Dt9E3X9Op"
    "yh1+imVDnfn8U7BZZoWuxOYkpbIB68xlndjTVQ/zTtMqTteZ06osbcO7FbEyjLJ4xkjU3k"
    "/qRS3+wbjVAE1SKRFdXDkZvIR7zcLJkgfO11NMl5ZNxp7RgqrJjFbdAKaqGDVPG2wA2Oad"
    "2J+GNqkDK1f6brOA9V6mUubUrt4HOZbFZatu2GVpxWp/jICFjJFXTTrzj30PqpbF6fDGG8"
    "AbbeJXmIotKICgPj6QZ8IzhIGJZU2pPFjaRph5p8d7ZagFp97v7rY5FaOpqtDCSr1Y3WC1"
    "pTVDqOr3VP1erer3fAldaQsjh3bFXYy6ob7tbQx5yqqs5a+SspkmU4mb6XRC/+DUyshm6B"
    "S0aWjVxsQq2mIvIlwZb/d5DN2b8JT14oNavCPYl57T4ncrZfTq3PKwyMhFb4AoEfOMR3m4"
    "iTf+AYCJo1IAxJhwswoZ3LL03pXUuemBR2iZQob59RGXDOq/s10e4Uzz7d6d3XkN0/d5Xx"
    "e+3MTdu63eYktXvTx8iwcpqAPxa1DzpQ7ErwUbdn5ueN0A37ZTbUEqvGKUE3tdUoETJ1SW"
    "srKU8y3lL9IezDOT/SsLbeRZ1KfUOYb+m0D9U83kW0SFgTlG0GED7trln2tYimoNw1Sdnr"
    "aL6OuYVFsogv4NXCbaJydljNKTk2KrVFxLhV/zxLgwTDXNFWP1+lO5PKJHU6/kqkYUDZTW"
    "zWcm1yiXsW7Q77tZo2zXn4DJNbFdO8gx9XGe7epfWWi7wqjPMtu1mLEbtjqL9+tKrta+5V"
    "jfQOhGlupiI7MwUal47Y6RNHDx3oqpKR6qCgj73RuI7lGpIrmjBUVyR9kiOX5HhnClgzhj"
    "JCqcWTGc+ayL2dP/AQy02Cw="
)
