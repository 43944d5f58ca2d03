from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True
TABLES = """
CREATE TABLE IF NOT EXISTS "outcome_sum" (
    "id" UUID NOT NULL PRIMARY KEY,
    "experiment_id" UUID NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "version_id" UUID NOT NULL,
    "part" SMALLINT NOT NULL,
    "entries" BIGINT NOT NULL,
    "hits" BIGINT NOT NULL,
    "binaries" BIGINT NOT NULL,
    "total" DECIMAL(1000,648) NOT NULL,
    "squares" DECIMAL(1000,648) NOT NULL,
    CONSTRAINT "uid_outcome_sum_experim_8218f8" UNIQUE ("experiment_id", "name", "version_id", "part")
);
COMMENT ON TABLE "outcome_sum" IS 'Outcomes of one name that came of a version of an experiment, added up, those of deleted predictions too.';
CREATE TABLE IF NOT EXISTS "experiment_sum" (
    "id" UUID NOT NULL PRIMARY KEY,
    "experiment_id" UUID NOT NULL,
    "version_id" UUID NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "succeeded" INT NOT NULL,
    "failed" INT NOT NULL,
    "canceled" INT NOT NULL,
    "aborted" INT NOT NULL,
    "shared" INT NOT NULL,
    "amount" DECIMAL(30,12) NOT NULL,
    "buckets" INT[] NOT NULL,
    "counts" INT[] NOT NULL,
    CONSTRAINT "uid_experiment__experim_5cfcb7" UNIQUE ("experiment_id", "version_id", "currency")
);
COMMENT ON TABLE "experiment_sum" IS 'What became of the predictions that an experiment gave a version, of those that are charged in one currency.';"""
ENDS = "succeeded, failed, canceled, aborted, shared"
SUMS = ", ".join(f"sum({name}) AS {name}" for name in ENDS.split(", "))
PERIOD, CHOICE = "version_id, is_day, begin", "experiment_id, version_id, currency"


def histograms(key: str) -> str:
    """The SELECT of the histograms of `former_period` by a key, as arrays in the order of the buckets."""
    # By the place that each measure has in `server.domain.performance.Measure`
    return f"""
  SELECT {key}, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n ORDER BY bucket) AS counts FROM (
    SELECT {key}, m.number * 2048 + b.key::int AS bucket, sum(b.value::int)::int AS n
    FROM former_period p CROSS JOIN LATERAL jsonb_each(p.histograms) h
    JOIN (VALUES (0, 'queue_seconds'), (1, 'time_to_first_token_seconds'), (2, 'predict_seconds'), (3, 'total_seconds'),
      (4, 'tokens_per_second')) m(number, name) ON m.name = h.key
    CROSS JOIN LATERAL jsonb_each_text(h.value) b
    WHERE p.is_counted GROUP BY {key}, m.number, b.key) c GROUP BY {key}"""


# Arrays of numbers are read and added several times as fast as objects. Hours and days are those of a version, whatever
# experiment chose it, and of an experiment there is one sum over all time
PERIODS = f"""
SELECT until FROM roll_up WHERE id = 1 FOR UPDATE;
CREATE TEMPORARY TABLE former_period ON COMMIT DROP AS SELECT *, true AS is_counted FROM version_period;
DELETE FROM version_period;
ALTER TABLE "version_period" DROP COLUMN "experiment_id", DROP COLUMN "currency", DROP COLUMN "amount",
  DROP COLUMN "histograms", ADD COLUMN "buckets" INT[] NOT NULL, ADD COLUMN "counts" INT[] NOT NULL,
  ADD CONSTRAINT "uid_version_per_version_181b65" UNIQUE ("version_id", "is_day", "begin");
WITH histograms AS ({histograms(PERIOD)})
INSERT INTO version_period (id, {PERIOD}, {ENDS}, buckets, counts)
SELECT gen_random_uuid(), {PERIOD}, {ENDS}, coalesce(buckets, '{{}}'), coalesce(counts, '{{}}')
FROM (SELECT {PERIOD}, {SUMS} FROM former_period GROUP BY {PERIOD}) s LEFT JOIN histograms USING ({PERIOD});
UPDATE former_period SET is_counted = is_day AND experiment_id <> '00000000-0000-0000-0000-000000000000';
WITH histograms AS ({histograms(CHOICE)})
INSERT INTO experiment_sum (id, {CHOICE}, {ENDS}, amount, buckets, counts)
SELECT gen_random_uuid(), {CHOICE}, {ENDS}, amount, coalesce(buckets, '{{}}'), coalesce(counts, '{{}}')
FROM (SELECT {CHOICE}, {SUMS}, sum(amount) AS amount FROM former_period WHERE is_counted GROUP BY {CHOICE}) s
LEFT JOIN histograms USING ({CHOICE});
DROP FUNCTION add_histograms(jsonb, jsonb);"""


def outcomes(values: str) -> str:
    """The statement that adds outcomes to their sums: rows of `outcome` with `sign`, 1, or -1 for what is taken out."""
    # As text a float is the shortest decimal that is read as that float. In an order, so that no two who add several
    # wait for each other
    return f"""
  INSERT INTO outcome_sum (id, experiment_id, name, version_id, part, entries, hits, binaries, total, squares)
  SELECT gen_random_uuid(), experiment_id, name, version_id, part, sum(sign), sum(sign * (value = 1)::int),
    sum(sign * (value IN (0, 1))::int), sum(sign * exact), sum(sign * exact * exact)
  FROM (
    SELECT *, get_byte(uuid_send(prediction_id), 15) % 16 AS part, value::text::numeric AS exact FROM ({values}) o
    WHERE experiment_id IS NOT NULL) v
  GROUP BY experiment_id, name, version_id, part ORDER BY experiment_id, name, version_id, part
  ON CONFLICT (experiment_id, name, version_id, part) DO UPDATE SET
    entries = outcome_sum.entries + excluded.entries, hits = outcome_sum.hits + excluded.hits,
    binaries = outcome_sum.binaries + excluded.binaries, total = outcome_sum.total + excluded.total,
    squares = outcome_sum.squares + excluded.squares"""


def outcome_trigger(event: str, tables: str, values: str) -> str:
    """The trigger that adds what a statement wrote."""
    name = f"outcome_{event.lower()}"
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET extra_float_digits = 1
AS $add$
BEGIN{outcomes(values)};
  RETURN NULL;
END
$add$;
DROP TRIGGER IF EXISTS {name} ON outcome;
CREATE TRIGGER {name} AFTER {event} ON outcome REFERENCING {tables}
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""


# What is deleted with its prediction stays in the sums, so that nothing but who notes an outcome writes them
OUTCOMES = f"""
{outcome_trigger("INSERT", "NEW TABLE AS added", "SELECT *, 1 AS sign FROM added")}
{outcome_trigger("UPDATE", "NEW TABLE AS added OLD TABLE AS former",
                 "SELECT *, 1 AS sign FROM added UNION ALL SELECT *, -1 AS sign FROM former")}
SET LOCAL extra_float_digits = 1;
{outcomes("SELECT *, 1 AS sign FROM outcome")};"""
BATCHES = """
ALTER TABLE "batch" ADD COLUMN "amount" DECIMAL(30,12) NOT NULL DEFAULT 0;
UPDATE batch b SET amount = (
  SELECT coalesce(sum(u.amount), 0) FROM (
    SELECT id FROM prediction WHERE batch_id = b.id
    UNION ALL SELECT prediction_id FROM deletion WHERE batch_id = b.id) i
  JOIN usage u ON u.prediction_id = i.id)
WHERE b.price_list_id IS NOT NULL;"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return f"SET LOCAL lock_timeout = '5s';{TABLES}{PERIODS}{OUTCOMES}{BATCHES}"


# Maintenance fills hours and days anew from the ledger
async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE "batch" DROP COLUMN IF EXISTS "amount";
        DROP TRIGGER IF EXISTS outcome_insert ON outcome;
        DROP TRIGGER IF EXISTS outcome_update ON outcome;
        DROP FUNCTION IF EXISTS outcome_insert;
        DROP FUNCTION IF EXISTS outcome_update;
        DROP TABLE IF EXISTS "outcome_sum";
        DROP TABLE IF EXISTS "experiment_sum";
        DELETE FROM roll_up;
        DELETE FROM usage_day;
        DELETE FROM version_period;
        ALTER TABLE "version_period" DROP COLUMN "buckets", DROP COLUMN "counts",
          ADD COLUMN "experiment_id" UUID NOT NULL, ADD COLUMN "currency" VARCHAR(3) NOT NULL,
          ADD COLUMN "amount" DECIMAL(30,12) NOT NULL, ADD COLUMN "histograms" JSONB NOT NULL,
          DROP CONSTRAINT "uid_version_per_version_181b65",
          ADD CONSTRAINT "uid_version_per_version_472edb"
            UNIQUE ("version_id", "is_day", "begin", "experiment_id", "currency");
        CREATE INDEX "version_period_experiment" ON "version_period" ("experiment_id")
          WHERE is_day AND experiment_id <> '00000000-0000-0000-0000-000000000000';
        CREATE OR REPLACE FUNCTION add_histograms(first jsonb, second jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
        AS $add$
          SELECT coalesce(jsonb_object_agg(measure, counts), '{}') FROM (
            SELECT measure, jsonb_object_agg(bucket, n) AS counts FROM (
              SELECT m.key AS measure, b.key AS bucket, sum(b.value::int) AS n
              FROM (VALUES (first), (second)) h(measures), jsonb_each(h.measures) m, jsonb_each_text(m.value) b
              GROUP BY m.key, b.key) buckets
            GROUP BY measure) sums
        $add$;"""


MODELS_STATE = (
    "eJztfWtz2ziW9l9B+UuStzSexImTTLyzVXbi6faOE6dsp3t321MiJcIS1xSpISirtbP939"
    "9zDsD7RaRupmh8mOlYxAHA54AAzv1fBxPP4o44/CG4f/CJ/evANScc/pH6vccOzOk0/hV/"
    "CMyBQw1nYYuBCHxzGMBv96YjOPxkcTH07Wlgey62vPEmfOBZCzYfe2xousybu0z2yEzXYl"
    "OfW/YQW4sTNreDsTcLmMmmphBzz7fY2BRj5nrUBZI73ojZLjMFs4NDnILlDWEOtjva+mh3"
    "7p37TT4T9sgV6onncuqKGRYHKOxHM+BW3wyMQ/br2AyYDU3uU60cHsB8sQk+HHD4g/l84j"
    "1yq0fTdEwRsGDMme/N6SVnrv3PGe8H3ojDz8i03/4BP9uuxX/nAv/818G9zR2L/n2QnsgB"
    "NuW/w7sLgW8eUodcR2b2EyTE6cWUnh0QKfAY/2C//nx+fc7SvbOLG/bt6pZ9+3F5efAH9j"
    "t96NNcUkvLpm7p937Y+Y8fF1/+Ri2Rj4P+0HNmEzduPV0Ag9yo+WxmW4dIg89G3OU+zTZe"
    "eu7McdQKDX+SwMEPgT/jEWJW/IPF782Zgwv44N/uZy6tDYYjvT/E///w72puiXb9Prxv/+"
    "b8tt8/yC14nENmVaqfhgA9AGm7AXLgX3/IfmNE6NcDHODzz6fXL9++f0UYeCIY+fSQ8Dr4"
    "gwjNwOzHDI9hHsPyAQByUH8em34x1DFFBm6Y7HaADiHaAqgHE/P3vsPdUTCGP9+9rgD5l9"
    "Nrwvnda8LZg21M7m3f1JMjeoRwx/DyiWk7TdCNCDoH7tHxuxroQqtSeOlZGt9wI+7jRpzH"
    "+Ra2omKcc4Qr4a3QjOAOm8R4x6fcDgCvwPf2/D9vseeJEP90krC+/Hr6n4T4ZKGeXF59+y"
    "lsnmDD58urswz6tuib1sR288CfeZ7DTbdks06QZWAfAN0q67wO8NEvu0X+7OrqMoX82UUW"
    "2h9fz86vX74hNkAjO6CfL77dZvAe+jw8onOIf4EngT3hxZCnKTOgW4r0MPzHtjiwzb0GXt"
    "C6cp2F+iqrPoWLr+c3t6dfv6e48uX09hyfHKW+hfDXl+8zu1LUCfv14vZnhn+y/776dp49"
    "gqN2t/99gHMyZ4HXd705fAGJ7Tj8NUQtxfXM5awh5/PUG+D+Hu17LWJ2iMkSbke3/easTp"
    "FqPreNzyjs3D8k7uH4w8AcPsxNuImknsQLQoRSWP6QVZR/+/s1d0wCM892JaLfyF72cGf/"
    "I1zm4a/xDh+DZE7t/gNfrAnS6dT+O190FaNYLbM6Ql/xP10FaGAGwzFfE6Ez7KSrCCXUYe"
    "uh9D3qaG9PoWqk5nww9ryHvuBw9Q7WROtX2dkN9dXVtUXv2jcd2xTrfoO0S51iT10Fy3Yf"
    "7cDcwId4EXXU0Q/RHA75FIUfDVntXT7UjcF1d+2967vq7Br76uznaHE3sAN73Y3rQvbT2S"
    "somsHgQ1xXloFeLrr68Q1m1mjtj+6MOunqKvL51PPXhYjuCNfUU0dXkghMfxMg3UA/XVpK"
    "qHTxjrwyNUz6UQynY0/sApVcCOeVy289+L/loKK3xGXYWUfWHSI4OZpkMJ2YrjmiWWJ3SJ"
    "yDoMSbJMKn2qWkHzFluWMJ+VaQ3cnGpoHnCwZXEnbv+eRsgf2dkB/I2BTM9dCXgv5psjm3"
    "R+MAvTLekLsFelrQyOSpgX9BR6h5FXkPk90Mi64mhmxPPiL4EHt+IdjU9KmPwUwsGNzEHr"
    "gvDtmV7MBD7xBB7EEyGJ4G+JR0fIGG8Apz0w568p/+zCW3kzs3ehJ6rBCfanqglLp+EGeb"
    "+X8kSHbrBPI02u41HD7kIslj+zfHM0ts5TFJBtt7pNnW0fDm8PXugf1y9ePs8px9vz7/fH"
    "FzcfUtbTegh2kj7fX56WXGSjsBhvTxo8A55HC+cEtQzpJlsMbNdu/OC5gu/OdPR2/efXj3"
    "8e37dx+hCc0z+uVDBTPyBnDCCLYfdwVoE2Qa2hJo1fLrT2E3nYSq/hXWb7oDDXce7tnUWt"
    "Ggn6bUrhwttvpGV+OaRt+8ZJK+FOWXSih10FK5ABhNd1jkm5lx1N7He1BO6ICffXMe3R+T"
    "d0B4c3KGoHf/fHrz+fTLufQ1LhHzGsov1/weFsX41nvg7kGBCJN6XinF+LIl3JPDpksFGW"
    "A3U2SMyHpssKDb/M3Pp386On6Pl/EiZ/e6hCRMAJpW6HE+H3MXHsBNXzD++3BsuoAKSTBI"
    "7PLfA2aoJQVzNHrM8Pk0dDgzJDmJCqYr5tynfkb2I/zqwXIFocHnZTLDb6H/g+JsPMzBPz"
    "LyxG/os27D25ELe6l0UewpWuXvvIaDaLu+pLRD7vs6/rjvy91x3ytv3HJZI8Gs+veINNFK"
    "d4fWnWgbvjxoP9CuXR7q+IEmdreGXE9TdpDre8LlWg6g6uBtLBYI7eC7F/xNXI2a8jhDqv"
    "ncZj6n7611Fdlpqk3qstvL2iXa7JwAncO4QJsNIoU9cv/OFzUl4+75R/cy4nF6ZdWQkJeo"
    "JjYnTYfYFwjSCbaUy9CJVVBPekY3lD/Z7idmQquJ7SxQ8E1JxmRhm4/t4ZjMWiADOyCvnj"
    "D0JhMibIOTRbkYjXMc/kfx2mWS97YHJal9AoKzZ5HQPvbm2GzAR6bLXkqfma/0+FWPfcMB"
    "yIjoCc7ufW8CDUGg56GxT7AHPg1qWvJ+i3Qv8KCmGL538d0U3v1uz8K7taRYCriWFLWk2F"
    "ou17phwu6/0qedpNMyRJs5LI/zJtrqmKILCQ0yGSTqpOc4Kk/PcZRLz9EeT6P2fjSrS2fF"
    "JsvGotmqRst2QLphs2UJ1Ckz4ppOv1njZUdwb+b321CEVZHDBRJsHFNcLsCq6OV6AuwpSG"
    "YkO5rKw5OsuOgUqqy4J8yYwnqwf1e2WzOQdl02MRcg5TEBkqF7yAxMGtZPmnkRJZAyoeOJ"
    "7c4Cnpdjdzx2E8mzlxJZOiR37mdeMfpvg3tL2H4zVvZWXVs+1rm2fCy/tnzMXVvkJ9YE3p"
    "iigwBv/l6ofUQ27COSUNkPvWlRmOR/3Fx9KzGJRBRZYdUeBuz/mGOLfXQKqQAWsUiJqLlk"
    "bdm8bJkNGjvIJmvTqsDyNa9VgTtQBbZMt7AnTK6lJ0pep5vyOUurOd1mTvv8EeTy1ZxHkp"
    "Say23mstZLar3kHuslt6lpkxnoChRtUWq6cj1bFJFWR8uG3VsyoDmMbvbmLgZrh3k2UW8l"
    "vPugB/8v/SZQEyac2YjB2lkIFpgP3C3Som2sb3L6EOZk6nBhMNPnzLbIjSQXv01R4zgG6e"
    "DQm4TxR+4vsDzBCTP8mSsitxEAf8HmHHqbmBaAY4KMFQQOZw4s8xMY8dH0bQS1L2NBgHLo"
    "zWB9ETXMmsJFBAubCdmZChw5ZN8Tk0uVOpiakU5QxpurGBMYkh714aIuPNeg+PUEme26ik"
    "wGpMy5CNj1+emX/2LwjugcpFCzXTbhE89fHDIDVsD9vT00mMAn0u9GtRYY437nzsc4bVc5"
    "48hR2EsDPgxod2h5E/h8DsNuXp1EYfS5SUAPMKDqPMxxJvnlziYDDMH37u/caPTBQupOKU"
    "SfmDY0HYc6nkBHlNkjzS38WgW+pA/YMoQO/YMMMYYxrD7CJLGB5XHnAuayPaYdQM2s4ORS"
    "BBg49A/o+fv1xS9wFMJoQ2D6yPNtmHEPNbfuaGYSz2kExx5yV3D5MqbA5ZiCR6Z1G8J3Dx"
    "SY1wDf4YTmMoJ3ghWILko2vDTxkl4bmxn3IHTO/LAyBnCLu7Fj02Q2HIcRScQqXJnOImYO"
    "jg3LEHfwQ2jQl+vTeAU93WMOBNixfG8S5UqQn6L6UPBHE5feA3ClPDCJGKN2SNqLsgFJqR"
    "IbaSFaukpVFdmQuIW6jfDoOegVldfArTkqrUFlNfAykRg81K7WHRb/EhsYNx2rWnd0SbWJ"
    "8aMUOHWHjgjWHJhWa5OBI4I1B462wnrDyubLxo061bVbtI2lJdfYbeupH2y3keNN2L6D4G"
    "7evpKcVg7j8qItGbLdQX3wBBvDViq2PNrCHtiOSjFZd22nqTq4wt/UWeFvylf4m9wKD8xR"
    "IyNX2H73Jq7EUTiY2Q4In+IQx3uKw3Arhi8lHjcyOcYkmiEbZwjqGvLcOLNHpTkBQordZQ"
    "PYVu4xlQrgL0dHb99+OHr99v3H43cfPhx/fB3lBMg/qkoOcHbxE+YHSDEinzCgJBVoKd5R"
    "+84AvrHcCwmNSqMdJU2md5WN7yqxmqoJX9JUmi0bZ0ukL2zClRSRZsrmmSKVtk1kgARJ9y"
    "JL3ryuJwBUSQA5EUAh1p/5jSrAZsi6B/ZxLbCPK8A+zoMd6U8zRt3yrLYRxS6T2u5pStuE"
    "LSaPcbXbSYZU+5202e8kYRprosHPkK2hyt8f3i7V2yeUbhlreQNBrIhUy2Q6H552bdYplL"
    "vH9YIzKlfVJraBN+V6mlJfRNrD5Py3HTmCNWVyilDzuPU8Vh59TQTkLF33JOSjWhLyUYWE"
    "fJSXkGPPoKafVJJQf1Jt/qSUL2oTVWuCZC1F6/5wdSsa1YxvbxMOFJC2Q+WNw3ZG5Z301q"
    "2r10jS6KCa6qAawqpAAaujalJRNckllQqruYbN//ri8229fD9RZEUe8cb1PX9RfXUI9aKt"
    "eU2ofpG9dBWkgRkMx+supzPspKsIJSKq1kMpjn7qKlT89yn3QRhw1y3SfB511FWonqCW9V"
    "7ipCLbNoCTLmctRUX++0aqWROmt6qzvZQR165mnb5FlYUmJ69ZS0KU+4/JtjVilcP2zPOZ"
    "4EOfB6remgxsfBGG/mLRNUGhuUPHFOKEGcL+X94fLIIwHFUmhKecfRi/68wKswBufbzCgE"
    "uJTUXApQ5I24VhWwek1VDh6oC0vQrXEdx0im4X5bFoMUUnAN51IFp8DuRBLw9LSBHp0pC6"
    "rnQjqLvrFJG8GdW95SRptHK7WrkdJQ5aU7kd5SjaT1CXareTa6pNSaNC5W2BbJbQ65ZLZY"
    "+JRrUqjNmTyYyoo/xDlDSduu6pXEMmm6PfrI+5mqYgCwk2A+76mG2Jm6JA7tpUxzJplDfz"
    "h+hGcS/rdWOMNxohxQO38BcQ4PpiOOYTUyX68egFQWx7qSqLYX0yz7S41WMC0/GYUtL758"
    "x0A/t/SW3wimS8MJXRnYtZh9jIxKJmmHVHTZNEx2iumNXHt+GMpybwS3DIfg0TE2FWKMpd"
    "NQDR0be5xcwRrEeY771pO4BTX9jwBWJeH0rfpOqOUxE0lRJJpZCCWWESqHubMme5Hg4o4a"
    "OflHAawQwi7UvDnzlcoUEZcoxXPcx37w24gaOpLFuBv4AZeg8nbOAFY5XkyXGYzCYV1VeD"
    "IWlYiy04vCLMa8jdoA/itOdaSjpGpB0Ps4FBv5ioE5MdCeq9d+cm0kzd274Icz6h9nWIJ3"
    "nUFTS0fTbhlo0o0GSiam9c0sIEBqbgUUKkcHXNUT6Hl4N9bgxzMF1mWuY0wIxU0iP5UA4o"
    "tbTw6RvhKrTxFZk8b3r41wMcXm6Y7yuCYYgDuJToy6QsV9z/JBdL3C2m7VKdElFNFQFl1q"
    "qdlWlJvpzQSi/XKX6RveqkOXAWBJz9lb34fn3+/fT64ttPL3LZehDy/vIUQZGHgIR+aYIi"
    "1a3O1tMq5YhcjvWlnZhASzrFMe1BI21TRNAJgX3bGpEyv8xyjUi3PDJ3rhCR9zHCrMmiTp"
    "N1cGlvPvtUfPVtpPBLUXUC6F2v8bSU0WSZ5ym7sMdk9vCjj3U28aOP5bs4PsuVCkJnE6/g"
    "4lFZLSgm6sRK37ZxJpaW8ziXe/6mqbT79RrevdMSx6wK8GMS7W69cYbY7nQWrPBJZOl0ya"
    "d1vopZsBoXcoSaDWt9C/des29Attegr5NkUN0YV7lldvN+uflbj2WPuCgwNJcjHFN0D9/N"
    "1/mscpKoSpe5AT+JtiH9JGkzyRLUZOeOCPRdfvWdmwxqTVCPCDTqa6GOjxst9ySNxn517F"
    "O26zwDliRYyxLrEP32eGrRT5l7adLM3+Rry1O2Q2/RqcyoWeeJPIMqUkoWEa+YXXJ/vsBN"
    "5Jc0g4BPpgWSROkVN0Gh8+Fl763Sr6qhP2iKSKdwzOTyRce5/swN7AI30CX1ldOk+nRu8+"
    "msM0mWb1L76T5fJ5Nk6IbXYLdMkOi9Mr1X6mAEHYzQ6mCEONVOdhPYAKr188S08+NfCmti"
    "51sjgVHSlTmj2N5KUp49AVvn5NE5ebYDlSx73vc5TFmsnXCGOruWfXUJsW0GockvsSAELf"
    "pEywPQBlGTpeFnX7EcfOLDCCNuVBBJj2KJ7IBPRBQv5nM2Ma0oDQf54DCTYT4h1PRRYg8S"
    "Xw4y6G51MAxTu8WS9dTCFsygf2EVehm25FAnxmyKYWgy9MjzZbQZKsW5hXFDhs8DWPfePR"
    "WR9wLTMZgsBi+DqmyXCxkTdeeSkI6dL9gcY7WoHbdOYGR8BUNlK5GpTuB58sUHCwbiRRiC"
    "BcvaMuLkJljzXpLRk5M7F97l0XRsasTlLGSDoeliZJg/c2G+Q7xrONgVdWsOACT8iyaWpP"
    "Q8FVGF03Y5wE8g37mJKUJ/cNG08d8U5hXGoyHB70HEgAEf2a6gGCyGNmQZYIho9xgsS0VB"
    "sSn0yJUMOmS/2sEYXsx0nL7ng6wVjGGRwMwdR80SIYMDbfgAnMnGn1Fgm0LPFn3VzGDCXC"
    "hgIrZgOKCHr3jnTswH6Dez/uyAjT34ICV/UfsCaw/mBvhJpaGBoYo0MneHMEeA74G7wGWZ"
    "WZpWQYgQBhByWrILmPOd63vehILVYAPkar4YxadmqoIAVZwitDtkF0F6hiMuwwSNqW97vh"
    "0sYGF+81JNEt/InQu9ebAKKMzOxNXTNwOanaCwQVhQUw92sChyz/dmkmlXU+6eXrwQ7PT7"
    "hYzjY+HuHy99HAu+tEwMX9hXIgRPLk61/uP4QIrbAw6rRU7xkPaQ99Eo0A+XN/1EdomYlX"
    "euXA6mP8LlsFBYPvBFRIbzhr8ljYz8Y+T/TaMiS8sDAaN0pLYFLAcGucNFHzrLhQP+doBB"
    "qepCm1biyMC8dLygYwIcdeIFacfue8AD2sgrovUSfKWIPYrWy4y7PEZQjic3jBrRibJheB"
    "2IB1fhguz02xfYZbAKblA9sxC9WtNz7Ef4vlSG18rp1Ro63PjrDS6bLxs56jQHRx0+Jedd"
    "b1YPXFoxquaE06C4Qh/uXY9wt+hQMCfFcr7bs1jOkmTH5X5vEUEHoyk27/cGLzlrFAUXEX"
    "QQ3i3EvwVmMCuQAKtDZ2dF5uwuALz52NnwTtYE4iRN93xj39fB+H05xu9zGEtZMI/wktAS"
    "7au2poNMfOlqcM9IEWl7WTZSQSoomgCapNF4ZpyJUgqIAkWn5zncdEv8inLEGXgHQL2tIy"
    "/6ZbfYnl1dXab2ibOLbDD3j69n53AIEvyxJ1fe8yhW3TTEPU24Q8xD+WRvIcdzFgYeznwf"
    "lRx53Et96AooOxQrsjFvulBPl0f2ZgLbRSm8Sbrd+Si+2S6qb48+vI8AxT+qsLz5enp5mQ"
    "fU4qaFyseVanimSLUzXZud6SY8MFGF0uSSnqTR1/T1/NgjfX6Tm2WOUF8vc8dBbN9ogmyO"
    "UCObyXBPtp8mkMYUGss0lmTpbnAXjNrrG2CBVIPW/wZgRu11aEoWSvJ/aABl1F5DmUuAOR"
    "sOOW8GZ4pGQ5oL+Ce3oQZ4xgQazCyYofNSAziTJBrQLKDK/asBngkKDWcOzgl60RVoIPjQ"
    "nphOCaIRUVY6lVSHinrfwK0K8D3/fPH19PLl29e9N0cZdWQoqb4rsM+Rf2OTW1NMoRdrTg"
    "mpPDcL1OoViYCSVJ3BdMdJgFDd2GAVh807A/fm9lsd5L9JOHVI+vPQoidcjhuyOU2pudxm"
    "LidCD5qyOUOq+dxmPmOsSJ7B5VUHwvZdcAms4uM2yg1w3y/Ke18OdkSg0W6OdjbQJod7ue"
    "9rAWkXOJD1467nyF3lyV1QpYfid/pjU4ybIJ6l66Bb9xbSHSdDcHJgV7q3ZUm1U2EDD7eC"
    "WLXGV+HiLvRdqc13pUTAXVN+Z0g1n9vMZ5107VmwWZemfxZsToVAN/2eM7R6324zp3Wivw"
    "077SUyUdSOrBObyNnbTTjDstnNEE1TaVCrk1GGyTzS6DbOmvhDdbOfkC7NmZj4SmtkotQJ"
    "Puuh2jDB52OcLHJNYOunndxXaNOb4Bp5PpVTT5+STRUozZpmsrxU7hUdwb1ZwsFEhn8+GH"
    "veQzmgVy6/9eD/asL6a9zfXt6ni4FtmpyRFldZgsZw5S1J0tgPHYCWZ2o8pRRsMr8e0b4I"
    "0yFmMgGeMEP2TSBTdjZM4DZ1zCFn9743QacV49H2JK8FJaNTuegEm/ueO8qnbtz56IV52l"
    "TPtM0kRsmladMJr3ZwdS5PeJVkTQ7uUv+tDNXufLj2KLYozALXyGCaIuqeqfT4zVEN292x"
    "8kYuMt7Rs4w0GG1QeaTL45HTVLoi7xohycmtvu5+naTRoni1KB7liF5TuulaxvisbJNcUy"
    "nJ5vPpzefTL+dVgk2j6/oqV9DwIl52C01c1JddRBMywvK76K9juMcFHgt4lMwXc1Unrocy"
    "IzQWIbRBOpTpevEXTPc94ULAS8k0y3g5BE5xkb9zbmUUzBOuMkIzgALpRDYD9Eki+bNdkP"
    "wZZxDmbobBPd/CdNmKBG60ZpQpe84FJmRWb1dwp81cXFPpYTHRdu3MsIp/fUumtgy/0oNe"
    "PkEs5mfk7K/sxRTQhJd6UZEhtk3b8PLLcys34aqbstbhb9Yk4hdoQss9OFXzTriz7dqBkw"
    "r7NMQ7SaNBXwF02rmbiH4RQSfg3nYmXrohNNBYRO11vFlJ+F4j6TlJo2XnNWTn8OKYw77a"
    "nyZBpl1p2uxKo2NjN7pX6djY5/HZaM/hZ8Fm7TncWTbn9NlNdK9Ldd+hF8S2Nd9t0GNtWu"
    "+9li47UU+1QJOdrrZarseeptstVWIDp9FhQaqTlQtTXgld2AqVyNUq4k/Mc50F/Y7KZVn9"
    "MK0TpiqB97Zri7EqxTc/ZIbjCcFFVHUSHty5c89/QDU1qrdhLi7+m9wuLJtbWCnT4aSKpu"
    "qKsnyk6cAI0B389kAzNMVQans/MYGJyGFGWERR1lO8c18agvvweodUHOlQjE34VI1X0AMV"
    "ozKYGHqwXbBE8C1W2wuLMFJ7VQXRw7mo6WPpPZjSvWn7TPb5Sb4SajGpAKfEJMBXlBgP5e"
    "RQbe9hrU+XmUPq7TBRBBEoLUSBtPCIJXXOxiZ6pUAn9BZwA2UOVtl8c+e6ng9v3WNHbGyP"
    "xqitR4CwtuODnKVJXA5HdTm0GngzBP0+4PhYMgGnLFkgwZ+5yFs76LEBkN3TC3kCXlAVLD"
    "XETEz5MOiPfG82NT4hNsgNmKpzH9kRkHNUORLxngUCUO7LUYhChIML07aioojRPDwu7sj9"
    "Zmw+4kKATkJrAH/kLlok8JOK6k3CP+RjWrmwOnvMloUwAT5aNuf/nJkOFhQdjjk6DhiCFq"
    "sEGVrcucBJ2JZgpGSsqoFrWMhpwDoOpIcQsHkW0H+xLKhcxY43EmTaIfMNLCdyeKHjlRn4"
    "3fIpDBXXqbxzf337mdEDWFpugCVIgdGySKwq9qguadCBCDzYC/pYj1TEHkimr2gUCLSw6Z"
    "1le/wIbuhfZ0T4ShZ6ZWGdV+mhpKq80peKX3Jf1iY1woq10MT1mLxT9PCvBzjA1PYB6KjC"
    "qyZw7H9mhBB8CNCftGTJLlm4zMPGNjQIK+ASDw4ThWrD7Sfe/qISmPSBmyPY5Xt37pT7Y3"
    "MqpD1sODbdERcnWBH00fY9N6rlGdm1TPk1sJfG9cw9j1vhpnDqUpnehCWOcKQisNI57M61"
    "rV7C80vWRQ39v3AJhPMxaXGG26P8+l/AvmJEbitYizfM9C73MsBz8D/wVSmqOzckQ6ZixV"
    "dySZtwtR3idznJFTlVm4WBVTdN24gXhvRrw8+K4VeF5sdPsN8DwI+2NxOw2sUUjk8uiwgb"
    "eAbi1+3SX7DMcC5OP/A8p4/zEjj/hhVT71x11JzIaU1tlz5NmrQrt/ZM6dRoGaSrp8r9pk"
    "7l1Du3TaVTCxpUGUHj1d8HyEstoLkSnFEtQDwo6b8zt4bNNTEc5U2qY3KdCbS5wr/8QBpd"
    "S6cyc0fN5uDXqOFaZwqSmfXHxa1pQ0OnfchX5kbCbb9qRkUVY6lsa0KhU1q2df01Q5ePFV"
    "CjKUri0knRARHNrv6cIrqVcAtz8VaVu82wuCloeI0WS6vfls5QXqHCUr3L+drg64N7WJ0i"
    "yvVmpooI52aXVDXWnxtR1V9pU98bYqdFX2gUQNNgdKzgHAUo1ZjCxTf2Ml7uvdSEXuVmlK"
    "zvU39SIdWyKSV6z1V3Xmm6ifMvrWlqhKm6ui2bvRqscklF93s6khsUo05OB/tYuvTDgaqn"
    "s9oMVquJvZmxZ66SBxp//OnVFMsrqZ1hW9M24Qq5mHizpasoOwGaVXJpFfGxNEqj9vwiBV"
    "3V3MJhKtdUci5xXeI1ZtWPe1l7crnqSSuyM+5n2bRSI6bnpmNmntQTUBeJ10XidwXv5ovE"
    "h5JQTXeEsLn2RciV6QmlsNoefiHB7tbpwbZ21m1vAro2a2LJbqI2a3wXauKQOivy8OvCvr"
    "p5j1RSRefxLfehjAi0A+UaDpTSYNUE95hC16FdHXcyEDaBPSLQqK9R/RcTmQOoVqOLR5qq"
    "e2HlR3UyQh+VZ4Q+ymWEloipuMQ81EsyzScJu4D2rmNn0OWgCehh+w7cq3cN9YTDfIaNNv"
    "IEid7KV9/KdWTAwUYjA8gZrwGaMYEGMxcSFhq901hWVkKIaHQJhAYlEFI+h02U9znCNfT4"
    "+7MTNwgwTztnNlzMeWK9qhus6shNosmKThHp1awD355LqEzKOiNdrRqyOKbSkVBtZ+9oNf"
    "6OdLj3HvA36ebWkMcZUs3nNvNZVy57znxfg9+az3vBZxF4077g8IZWgU7pb45nlmiVsoQZ"
    "Nt8jZadY++Xqx9nlOft+ff754uZC6UkjXtLDtLR4fX56qSvMNnQC0xVmd4n35ivMpoN8m1"
    "hb8pTa6LK60SUMxW2il0rSaLVUNg1fFP/dZA/JkHVvxz4+rrGDHB+Xp7k/zu4gqQCgujin"
    "iLqHsq4E3hWDQTKsqgB3e1Rqxs1SrmTMbdsql+bcvxwdvX374ej12/cfj999+HD88XVk18"
    "0/qjLwnl38hJCnWFNWsORJ8oe3DP/NnI1PV1qnZXDqyjo7uHBso7JOOuFMk30hT6l3h5zj"
    "HWXJaSILJmm0FLhGzAClEWqCfEyhcV/Dez0bRF17O8kS6t0kFy4XJ5hqgmyOUCObRlZm32"
    "oCaUyhsczoMHRW5+dgPNNZnZ8FmymZ0kpsTlNqS3ibuZzKc9N0187Qak63mdNR0rgGd50k"
    "jS5xly1x91QVA/fnI2mAZjolZV1A01R6iVZXGsbll0e3caHhH6qbvVymS8stJL7RVLWFa9"
    "iBry8+3x7kd9UNYPo17Gc/1+lSVJMnSQ1YE8mD1wT2l7injkKb3gNLwMVdobg8S1KwczzT"
    "6s8KA23PFPHf/n7NHTOs7VGyQVBHP8Qei3A51Av9vVTZ6sJalU0AU9XBv8juFl2FzZsFID"
    "OsC9aV7KVLIOHXWbs8fW4ZlsMZ1lGqvQK7c6wTpg0qH/2gjC4FRY9+hKleyusdzaImS0sd"
    "3WJtEW6NZBkiWVEiSh8rMKGv9YnKS2CsEOPmcNxjc98OAh5WFJJF4+NKFdy1sKxKvl7S9o"
    "aSRZcmmG9ZVRoyU7UtFPVw5vtUngiGN+SzqDgLoOPJuh+BoAmIEzbwAnjgc2INtMM6JS78"
    "hqWcbHHnqu5rF9zI1GKhWhrDIZ8GqvxGwTBDrJVjugv6q3fnllXoYOUFOsJ+Vf0irBByEH"
    "0vqZId/4i+GvVdx0s1zimbUI1j+4o0xLQK+xFh+IEf9KqqbjTtvrqkB7YvzFycSJHc1ICV"
    "IdT5jHU+45alMqUVulI4UQHtihFFbUN92yFFmFyzT/X9miQFypLp1EBZ5zuZPbM5sjk6DW"
    "0u6xJdmAqMLHxoT0ynGNeYKGtdkVSHinpvL+6FOwTsDF9PL1++fd1THo3xZhDu0e9yG7G8"
    "HubxLXf7iim029fqbl/aOWmzN7lWmOw6iad29tocltrZaxWA98JrIGdBLDceNFJcNtXIkR"
    "XhoEglJ5/0KnVycZta9cdlqVnMYo7qKlSLkRh8QiW0TZcNOGnM4MmQMyPp+kL6J8EDWc9V"
    "FqzEKrM2sAEfF1cy3+J4pJ5DyBLKuYAUfj5V9RVUJZtUW9OZDyuGx8WGbarB3VNqsWDMF7"
    "LUtfCg2xXLObNMNecT4vQnqUPDwsUuk4XZfU7J7Eip5nrBXVjSraYCjcp4KRRQm1WiRStV"
    "UunyWlodtffqqIZxc+tEzLUb2q1kVaGK924ggWoAc5aug3i/qYX3mwq83+TxFvb/8pXCxl"
    "N0u9NFbRPtJ4ka15H7T88D+m+DzSZs370w6KNaiVeOKjKvHOVTr6g7cBOEEyQdBHnjNSnF"
    "2Dw6ft8E4Jiie/huPq2N1sWUQr/vuhgdq/McOZ3QYzTkc5pSf9CtY3MD5WoqcEO7ZK/pNr"
    "uS9hkBK1VAKzSX6aDRob6eHvo06a5I2lEcV6CCVHaFelm4d0q1sQjMhVD63yDt3UnKVw7c"
    "svLK520NUkc/qwCxLameTTv3acXs0ypm2+mj2Y69Z91Q0WjdN4A1RaQhXRLaGJn71g1ujD"
    "raT1iXxzcml1UqWuzz6c3n0y/n6Ui8+OPeALjfU511FODcdlgM8tMY1cM4n4JLTSIEqPxK"
    "kwg5Wn6f+XXsTVjgsYA7TmjljtHJX02WtEe7NjThj9xnKvJOsLHnWCqKBG3HPSY8eVEJg1"
    "ICaJDvjI08uPPYLvN8C63uhqq+GgWT3HN3CNO6c8mlNYqgsQPm8yEQiUOGATbwB8eJoEGe"
    "GZYtEChppR8s4E4l5hzfjr178/qQXclZ0PQMW/Rhd4N2qpo0vIr5SCb3O/fe8ycUNfPnxz"
    "dG7dtVLSN3O0/55TesVh5IVdepJ0sP0dJ9c90rlF8QZl9eM1w174SdtUrlsY2i4QMqKNkM"
    "7ySNBn0F0NVxUKDlqcpKn6DSCekbJKTX1dkPNlqdXZevXWkj2QeFdap+Rny/bcrnDKnmc5"
    "v5rA3KnWXzWs799dRCYdaRnSiF2iA5bkUltAk1T5RQqFzdk8w5tFTtEyY8WtTV/4QqGAxn"
    "QEVMj2GWDFPIxCO+N6e0GZh7hFEFPAoHWKIjWrtP1CNd/bj9/uOWgiAur366YZhRiJkj4C"
    "H9Jv8l85jYPnb6iRmuB8vSYBSUIJVEsNkJ4H2PGYJjLhT8LVTnHDIjwMxQIcGdG5BZTdgY"
    "0YEtQzAp3sExMfNImEkkVkgBvSkjMZjL53DXx7cUZTqhrE0NWhEGUiGUtsXFyob0pi2tc6"
    "ksIS7IfTVShGRXSd+a0XdfmC2E/frz+fW5TDHD/speTLlrAY9f5FKUJLJGNx4fsKo3gX/7"
    "9+QMtCVSq85aftlooDqTO0AOzHLvy4igE5qcbJhCrSiFiiCFnHcrbiBN4I0INLw14KVTt4"
    "GiJmrfpaiPjWlqROFWUB7EUbwRaCzxl6A48WcpmFF7jWa5SrZR9ewkzVopXNoG7q5zuIQX"
    "/Bz21dqeBJlW9bRO1ZPS0IN42cdC582ZnCHVmts281lrbp8Fm3UNrmfB5nY6a7WXwav7D2"
    "s31y66ud5wONWCg3Lrh2rQq2P7EHHbGpE8AlYMOn5KKmmDQCVlD34xHW6dxK6gqP73PVQK"
    "WcycmwuiFWzAhW1Fmn9qXie51G6HrhX1U2hp0OE+T6tkl2shj3S5j19M0QnF5a49/PTV/F"
    "nc2VoUu63l7O0JYNpE2ZlChS2FdOVKhU989/7KJ56/uOaApSi8e6cbVN69J9S07yfa1vY6"
    "ks40dPude/4D918IJvv7BD+pqnkMgyGxmQ83XPlvCuzyOXZBaVnv49a9hB9OuWvStgem/K"
    "7S9UhleF1gXNq9aTvYyUUgg9uwAhEFxslJlLsMyedqJSWqCWZ9hlJeOcl2vUqvnDQP+4nS"
    "joVuOV3yvnlPksGHPZMMzBI9SLlHQ0zRCclAe4zsNbxya2wi2cYUXUg3t2vBVu3sK4m2WV"
    "ot3LZa7KF0P6uItgk6Ldi2mcPpatJ171ppKi3eZnbI1A27LqYpIg1ptcZAgrUBncGvUUf7"
    "CetSrUFqWS3P/5MQ19ZE9pe4p45Cm94F26STURZpzz8o0MfED3tVuphpqlmtStdDEDEdbz"
    "Tjn9jQs5TN0Z+5gsn+e8yUgVRyUWISQtcDARprSAcnUcHlR9Ox8XYgZFyWkGVmxHDMJ6Yo"
    "Lny9s5GXG0BL1Rk7zeu+gjJjZyLgpjJil6s0HuA1m0Adtu+gvL359O6yqq78KPIgl3tvZ+"
    "m0B/caHtyqAG9zLuQINRvWYINljwqz+JRvNTFFBzebzde3Im90wXnBjbSGG3tIqNVMrVNC"
    "rJWYYoOeg1L+K3IZjCTDCl/BuE2tqpOyPZv63pALQakH8II55qYfDLhZYGSsRUUWQiWNJB"
    "II2JZAqyL+M3yIOQ6Q1uKP9pBHhsoeM2QhYVXqkXJfUjXIe9vBTODchzcyBjMLrr2q0Z0b"
    "t5qYsuUJMwIPbuJhP1R08t7nPPrBD3MhqPG9uQtEttu/d+zRWOVUiH1NBWXghHs8lqOcYz"
    "HLsA/MrWD6cIeXYEjmvAhB6smEEGQTjTM3hKZTG9rbQgDE0G4yDRaq/iU8QqnWEicw2sDH"
    "TKD9SAwScm5D2FgEF1LCGHozx8LalZicQlp1i0c+oWShD6oP3/MmjNKxAxL4M7DpzsXXuK"
    "fKmDD9wYKeCh4E6NsJbMRuoZuhOTWHdrAw2NibA/DuogguhqU2Qbz5FFIyvOLiH7B5zfid"
    "+9IQjhcI45WsDJo0Pkck0auzl4YZ9LE/49UhoyWJr2dYuB2p9KeAiz2hOp5jmDAlP8UXiJ"
    "dlL8yIAUvQmNqui8k1MN88/iCX4YnKvyGZKdeeaqoW0Loy2N6ZlPfS1xTY3OhOFLbv4I1o"
    "OyXMipZxaRzytHAZ6yhkugnSOdTo/h5RdHC1br5WGWzw/mqm4jSlvsG37gavxbRnxmS59f"
    "Wb6rEzZLvbNg+2dWvaQeXphBiVx7qqDm+GUJfhzbOkXhneWGxtxoA0ncZ/VfwTColmDMgQ"
    "diZ9947xTyp7mjEgS6m/gVV5ECpPmhh4kjS7t+0k1BeDme0EtisOcbyn0GBsxeITqSobSO"
    "Apms7sRxsTwvF+GBQv81JIUzQa0iykpCpvsmtEBO3YMnDYzmwZOUtCE8YUEmsmbZxJZIdp"
    "wpiIQDNj88yIDEtN9UlpSh170GZ9UmjKbPLVJWn0h7fxD08aW5swJKZoBzs6JWwkbd/NZP"
    "AsZWeuyDuQwBu4JiXUVamw9yJuqQ7+9vdr7pglAdRlKRP20+qRi6D4Y5uuXNcz9zOWXjko"
    "cOaKnvWq3Ln8mdsfRs1qhTyENWjIHUiYC6Eyp83H3E055qDXUlRgJvRWMtBXx5AuONHDUI"
    "HzAjO6ea5VEvKws5E37G5zMwFRs1xVskFfhacNeZDb1dujD++jDQr/qNqSbr6eXl6Gwny5"
    "ew0tUdjcVyrAmCPWRtdWX5In3BQzf1Vu56m1SNQ2brfEE/om8GChnNGFseAETT6uPEQFNY"
    "xvnvXOUWqOnqeUCmnuUhYlihgSPSZjVuAf97bDpQP0bIrutuKEDeE0wYA+RXrx/fE9c3mA"
    "PtN08kX9FZ+iOxgXvbMxVxSH41WWH5tgmTrCSWBCKB9ue4/wT+FNOHnPsuHYdEccvXl78K"
    "s84l1v4FkLNjapGB5t4+sezzS//JZS7soREXQuJnFTkSvlp/YqhtTdS2+dMKG2ZEf9iv85"
    "dWyzcENNPK3cT6U7gxk1rJcQT6aApl0KNi557e8xgz7gP+NMDNx5En9/Upd/kAnmY3s4pp"
    "iOAWcj2sh8NrYtCwSLwQI2onlJMrwdDFqY0S6RGZFAzmay6044wH5mmHvayPen3vYy6c/q"
    "5T+rSoCWTzDnzEZN8A3bdxHf97XwfV+B7/scvrr8Sjn6PjetK9dZqM1rf4UxNXud81nnfG"
    "5PiqGW5nw+nVl2cE5lgwtutomnlTdbE9v1o+rDdW62HrNsS4Une/TfHim8QUT3vYkM45VK"
    "bWpjy5InA34P60pWer8PilQBG+sZhf1rby6UDsBZMNhwuIWZoGGw0YijuH8/wwhiTsXgpa"
    "jPBrNAhQtPvEfTkQG5kt8W3apfCIYwCzkHSUvPAZs7V5KbVP1lrvJSUygx/uqy0x9fLm77"
    "X07/64a9FJwzY2KPfLJBiT9Lxvz56F3//2F07zcZwIuzRPUGYGGG4/vePFZHmHeuY+MtfR"
    "ZgDA+mpQaYAJaA4+3fuz9khlq9Kms1xv5STPNs8D98iFOsqb9IJaIuKl5flY46schAiCIV"
    "aLiFHPRSeagzdehN9LYqqGPTYLgwe1bhgKoefTgMu7hhsLOwbz8uL3NzUZCtNRvVx7L5xE"
    "NVzqikyE/96YT7f9Vc1CDpiWhh7mmFOV3XZhXAW375zduddFb4lFz5ro5Y+a5cqnyXEyqT"
    "50vdTStJs8bWtT8GvAZJd6PTtsF69TZozGjVct18Ii7La4Zu2L6D4G4+peIDXzTcCWIKvQ"
    "9k9gHLwvtno50gJungct38XhDW9ilasuUop6k6lwbgzdHHOprno4/lmmd8liki6dhKO1IX"
    "5Ziicwi/rWU7eVthO3lbYDtR8i7B1ADnLF0HN47Nn3NpPUbdsy5Npc+7QkxXWLudXbZbyM"
    "fyZMagTq5ZqTbPg1kRBhtRrBVmtD9obiWeiGwUTWCPCDTqzVBviQvaF2UhOigw00XPelVG"
    "OivZaqmF7jQReSLtRGglU3asHrp0zTGp64BTdlo0F6E/K5UL+xTmjo1tWGiK8x6QamQ+8r"
    "zVbqujoSXvIqAMxRRnYwvpliZs7MtQo2Du216Ukln6CasW9EdfOvdSOyr4ymChqHidKOkw"
    "OfOKT2gdu3MpfS9MKspqjO5vRqw7Tww3MIPhuBdXfp065pDLbM3UBjMEQ/f0wqvY2lLV+p"
    "bYdsJ10o+Illl3YgTJwFNkZYqb1B6eUG84tLItsdNvX1iWa6Vzq2/2iqGZuUunFndbaX9b"
    "ARnPWcqSwpcvmwKtPnXBUf/GdVR7PkSzbEbhIDVtgPF+0PCyliPUWZ+bGgZ1XdBnYxxM7D"
    "4NGZ2m1MFobeZy9jRoyusies3xNnNcxpo0OzmTNFrPkVHft8dXZn/w3buvBmM6Z40MjjFF"
    "FwrQZyNcagW4VMS3ZHWvSUGj7q6UpNG7UiGeJKzlIC0PRk1TdSip78aybkqIHnhBRrPyvS"
    "BF1L3t4PjNUY39AFqVbgj0rDUa1a+m7RwUhfOaMr9GRSBv2KKGFhXbSo2mTT74AywF5ga9"
    "KCQgVGiiwhOfkNrSfuQum02LFKXrdSh1oWzsAULM9VjAfw8+Rd1NTIvLtEOytprsOM5bwB"
    "zbfVCV1VSyIYZahIEpuCwnZg68GYYPT00h5p5vQS937ty3gwA6vUc9bpg/Qbnq4DCmeIB5"
    "w9MTHBz1mZRBIcqSICfjeB42m02zM6ypEP3twIWXJT1bdzzP91K/pIs6b9Ezw+dDe9rU1y"
    "hF1EWYj+vUw4JWFcXb8hWxtA/Mxm+0MEZRbpXyIjlh+y4lVtnYNdaEY3cybVLgIEGhES1A"
    "1OFw1Vktg1uGVGuC2qwJCq+KDXmcINOGr1YzmP8+taG7FXicptRsbjWbW6S312zuZLbNC/"
    "fRDswy17zE016VSslOt6uhWCJVDOllJuYDpp9E7cuQHNCiovM3P5/+6ej4feiEFmABmhNm"
    "cNQhGWzkcZHUpQA1nwbKwSyjddriaKiSMrBNn1JqUo6Jb9h/6FUHba2J7dqICdawR8WWVG"
    "jhqDiz2hqgopwTvx3QDNU/4829Q1qi/cxPwEM9a10tRkTQPeX7VhQYNqxz/LLyGJ95Hogr"
    "bsmCTpBlkB4AXbeOwrOrq8vUKXh2kclU+u3H17Pz65dvCHloZMvETnnZcWyKcZPlHLbvXI"
    "rezRenj4+PJgCnqbq3aWzegE+Icd8vyiBwC7JvBc4RVRdwrro7n//nbWrDyAWeRFfny6tv"
    "P4XNs9EorXU/2qO9ey/EGK2UeHZsDkWfFficIdVK5Dbz2eeP6LKwUhRFklJzuc1cJtVN45"
    "jyNJU2A+sg/c2imdOO5hZsHtxt5WxuJ6hLUzanP9FU1maYQiKU8mkyYe8pqi1NhP1dOSxe"
    "c8ELc2GnG/SqlPmh82Pfj9o2UugDEdao8sgTMuysUs1erbJfsb86CvWQm/WV51oLtmEtmE"
    "7w+8wvoFpr8CzYDFvtSoVrhJYj94W/ukrNEqbqKjXP8nJ+YXE3sINF0b08elZ5JbeTrWqV"
    "p1ElENFThQKafO8ROvE/0SXZFmKGMUyulSqEEsjaMrICokthTqoAbI+ZWEgR547xWGHw08"
    "RcFJew2enohaUY5SD4OEwymS3GmLj9a1eZp3WViZlVV6yKKToY7nNcK3HocUXi0OPS/MJN"
    "QO54etbj41o+SccVPknHuTzZWmZ9DpddrDTWX1GiydJqVrea1Vqu0XKNlmsK5Zob4NFFYd"
    "yAelIp0who07drBwxg8z/ZbpTsYeZiVcm5ufjEDOV5P8d0EYFHUkUocvTgKYezNTAw8cOC"
    "WzJLLTYZ+N5cyMqUARvwkYm+/UWmiF0NjaEEv45VYEDYC6WQMF0xB+nIgi4De/iAXSZHjL"
    "rzvFCAGpHRhAmZ/JRyVwy8YHxChe+hb2DCxKD0v3fufLzAqAYicT2XH7JTB5N0+JxT+dAH"
    "Pg2UucX2Q4NLj0YGKc2G1eKj+eX73z+fw4CmUzvJrw5YaJMURku539TAlabSZq4SM1cCZt"
    "oTmuOcJuugQLZ5qF1P3RrqghwRaHhrrWTc6/vhGZAHutynvoC0E5Dv2rM+vBis4oubJtXW"
    "tTZLofLW1/jQyJBtJHal04ezuhk32coSJDo2qPkOpt0/nsUGpl2iO6NFayei+6pEu5655+"
    "6j7XvuhLuFrruZFr0qpZo/c/s807iGcs3ij/aQxyZ57z6Yo+bHQ71Uj4UZUCk3K6qSTMdJ"
    "lLwSUo/lmy4mW31pANBwsT+0vAmw49CxXQ6vbrwqUq3tbuDl2qju6J/2Mq3qPazRgtyJ5T"
    "UBI4K1agLu0aG/lVKM2mLd2ftX7sbwNCfc+e9T7ttlp1viaeXJxtPtlh5qt755f28P0TBh"
    "qvqFcWVGG00rFjMnnjtCGwYViJMHDNpPHH5CKaIStFQNEfNHAV/yB9k2B6MEUwJEfC4MMs"
    "eYUfJyav1CMCOQ4xsnzMBk5njyUSIqZaIRUV1K/IECaQR1NfQmU/ivtEz11DGMLnt37mgG"
    "jPcxW7vPg5mPZ613yAxZIlJORJWrFCxui8YqaoKZ3O8ZN4fjcAK9qMIl1YFkspIuvJtqL3"
    "OLGjDGwEc6egFqbyYGEOY8SsMl+8FXihdHbctTslxQUV6tVInBqDF2U1FTMJ5H37Efac8L"
    "N8SDXr6oIL1AqrajvoM86R2E/pvDucJeoNp3Qnedzb5TL/1OVf6dvBMibWNNLnkxhb7lrX"
    "HLC0+FJptIkkb7MeVSSf0uc0L1/cK0XX9zPLM0n1SWNIPuPdLurSKmCNgvVz/OLs/Z9+vz"
    "zxc3F2p9R/djeog/xennrs9PLwsQn/7luC84jGsVbCJLIM/QasxrYC5ve03265hi9/t14g"
    "YymNlOYLviEId9ikvIdmT15E25sbieJdYW37YJ7KkTm4SgJp9eTLHWp7c/PNX6sNawYu8+"
    "r1D0bsrkJJ3eQFvO4T58kcIrSBBdkYQ7RdUFh46tJ9V9ulrde7RBrm7cJ6wKpJ2m1v2vYT"
    "/7CepS+35yTW3VwB+zZs4HY897yDPnTFFeufzWg/+75k5UHaOYO7EZ5Ne40/3aaMoY9cfK"
    "9qIQikqzUQKvOtajfoJptVIpTCjKhjvKpJM0RkgDhOkm7A+fyB7h8yG3HzEEKPRsQAvPhA"
    "sBryzDgChZGZb/K8ygsPVBZayRR2kWAC2kE6quLjaiam8nzFAF9SJj0j13hzBLmWYtMujY"
    "AQ7u+ZY4jEiUjQiJXD7nIsDZ4LgXsvIt7F3JiCgZ3iCwS0N56hg1bTkpS01UJLdX11Cj1k"
    "Pfmi2111CsC/srezEFJgAMLyoMNokRmp2NOcLdmnFaeTz2Kmw2OkB3s7lr/YLLRrn3s2re"
    "CQPYrl2fG1f8WK/YR9vg3rZgsgfFeF9vC9rtVOJtZAlI0mjb7RoayVYUc22nrNEJRdWelL"
    "nel71K17h+Hp+NNtQ8CzbPptaKbE5Taja3js1r+acXaVryKyRUwNbUkaed0fdRubJUTZ5T"
    "L9XQla/l/n81C4YecSqnxA0f9apUt16iUQ19rRmwISWKvafEs2GoGNWLkDlkP8F/g/FsMu"
    "hhgiTT4fTfoefzQ3YrizaL0COfHNiRqJfQZBZpbHcxLOpsT1F/Oxpxnz1wPhVMQXgzm/RI"
    "F0sKXQyb44JRpy8n9sgn44P4s0T3z+/e9f9faVDcbwfx7NUKIa5l0+emtK7pRbVE96oY2k"
    "9/t5V+8snuyVn+6lY7zLdB+aod5reYjOLRdGbNXIsjihW9W9uG8JbdW1tho9kfEbGBFUHF"
    "fDWENU2lTTPaNfG5iEJa4n12bM5ds+vukjlCvVFWe9DFgBVcppq60X1Pdbaf8C5VEuSWWJ"
    "sy5sQi70G5TgGf9mqoFfpCNVyqWlAdk4sSiulUjiZIC/5hrD3+kXTQ6mHRGm6x2RQFek9Q"
    "cwmolc5n43l57cLORkYFw4XLjKnpB4YIK2wmWr1gtiV6mGyHhr/nczY37YCSGZDOgnILHL"
    "Kre2bA4GhQNxgJJYIZYzt0CntDLmp3rjGwXVM2eo2Jqd8cMiPwAtMJ/c1snwF/yJ/NEP+c"
    "yRwINDS8hXouf+5Remt4ceAhalpI4mEuN33oemIu2Nh85Hfu26N38PZDewI8LteA5K73od"
    "iauaACTDm9iFZIPKlCohUiXUu3/TXFD63r2aauRwvMm1+xtEHn4LyBzd8p9a0IaXbnWLHN"
    "VSt9K94efXgfuVXgH1UeFTdfTy8v824V6jjPw3lmj0rBTBB1Cc+/HB29ffvh6PXb9x+P33"
    "34cPzxdYRu/lEV1mcXPyHSqV0iDz1enJrhHlJo0FcGPbyaNgM+SaXBXxl8EgIKtF/y5l7i"
    "vhvSZPVekuhQEe8hD6qsIOefL2C/xlxLr3vv3318lbZ5hFeRd/lMTFJsaohxgkqjXILyWl"
    "4tm9OSfPftIb9ED+sCJUn8sFelI5lis37opl3T+yKpVBjC/UxFsGHiwuGQT1HvQB6WsuAv"
    "1Qh2SW1A/uAnqdK/VomrxWbHoAyL9K7CUOW2mCeLEkeKDVilQS+ZrjjKajgnrYo5ocQ3NI"
    "dQwYCZGgP+e0D+HWEUHE5AaS/uXJmw+AW8xMz3uTtcyBC8k1hVY8aPAhVqNzbD5IlUV4zm"
    "OFfJHRf4Uv6oQQWusHtsn8+DqLUZT6rNSDKnrtidpOmg6P22huT9tlTwfpsr2Eufi+jfm7"
    "bDC9b0mec53HRLoM4RZwAfAPUeIl51f7u6ukxZ2M4uspFuP76enV+/fJM5JPOXvBC9IRpc"
    "Vgc/Sa7hrw+/PPDyoJdHdMUUOp5LZ5jS9v3WZlw/m1lw4yu6+Ksnlbf+Qdym3o0/YySU11"
    "aMse+hUU8ZLU+/X7AHvuiRMY7u7LZLCc/dYIzN8C/HKbnvb3IEmU99Rvf7KK+FN3dlEdvE"
    "KNS3AT1+MuI8FbalLu841CEzxJS7QZyqXN7bY5FEJusQNhxRaO7kI9vFglVGTyYxp+K9BD"
    "dNEOQHOVsqCXzCDFiOKCFYRrL36PVoBLRrMhBuDtkZX3hoKJWiiIECxx2W85VCic/vseg8"
    "jgt/Gbbow/lpGTJZCCwBzBbiLMLk7eW2UYUcfTHctz1LW0DbJTMkGFRXZEjytHsSw8c6mQ"
    "U+lmcW+JhTnqmF3wDhmKKDAB/XwPe4FN7jnEimhd4tC73yhGio+42JnqPq9+3r3puj2tp1"
    "dbo2lGgTVFqQrS/I0hWsqSEjpNFredlaDu+gDRFOkmmQl4EcSQZNVQIpQq0RaJ1GQCt+nh"
    "2bdfzO82CzzjvZmZLWLYV0mzWtE+6F6HJQIKoosr/9fXn2aqlW/tmTa74jYP+xfRU9IVaq"
    "pg/xXKaq74/DhvX09TamBnEsqUVX6mdZjjTWfkf+M1KJLT6pgqOh2tkOIj10ic5+G6PUy1"
    "eiULG1arplqmkd8rq1UAet0tu2hB5tKg3WbYpIr9nqK19sd17z0hcbufcT1qXXvtSyalNo"
    "NtWY+Ww6Dp3NuWtN8nHlvUbWchnGLZeXe5dlMqRPwHzsMcvjAu3iaNqPi6X3mG9S7XAPXQ"
    "MsuFu8/HH7+dUJe+DTAP11HSzSjhXWA2kKl4XaDZr5YeDDJcUoKP++w8HRfeGbhw/wo0Av"
    "BLg1kXeAIqHi8dEEovBsqhDizcl3QiJOln+cc0UkNEzyIGSvWm+hzKHvVq26W+kyXJsuhK"
    "H1O5uEU+0keXVoMZSqeZUOtFtQok6zPdFDdOR8AR6UneJfJH+WHeGKjcvP75+9OYj67kIe"
    "SDKPCOoAXPKKk+55eHqa8vDa7Pm968ELj9rkZoyw6fNVn697t4vpA2HTB0LKgEwCUZOaRg"
    "mKLoWjr1UspE1H7DWfen6hp37ycY2D1o9b1jMCSHGVBZ5jMdOa2K6NZIHnK+966pZc0LFj"
    "7pOPO74CnH5DLmNN55yiXSmZWIkVYOPDkPs+SLY86XTP032zuQ8NSBIfOh56vdul9oPMKZ"
    "tKa56Ph+1VZjZPsiIKmw4/uINeIrH5AX3XiaGSR0WIRY1c6qkRvSl3S0dUqdQlHvBGlEa9"
    "YynU39PN4sOe3SyaFylfs0B56zb1lK/zUR13/aNyd/2jfCFA+Ajy8JbXtAzb7w7cgydYsV"
    "spaald3MpXObygdeU6C7WR7YkvlNpzqx0bw0OlMdOThLrcWpvd3fDK1WQTDduvtInuER+3"
    "sYtqXcOGdQ3JG3UDTDNkushHpf2eVmAe3sbm+69hP/u5VJda75NfarHxvmjpbgDYms6w7V"
    "yrS2HNfKwpZGEOCWH3iXQ9N4FZ7hVBD3vL9TwibLdUy3NKmpcXApOE+dJkESpbpEECfxdG"
    "aKkIxnyS1+Gs2kmhhSNhHo2+ge5aOfZTGaEFuFLAOyzA6Qundh5pG5z6prnjm6YOudpyyN"
    "XWb5iojSm9Yd4qrfayG2ao/a7jc8vZ3POtpCkP/V/t4RhrHas6xZ70ovG9uSpZXFCR+O2H"
    "sCJxxq92swOQ7TCwAydM9Bul2cUOqKzSyzms9nHATl+Reyz+Hpgj6PPslaqHhDWHAj7BMk"
    "hjEDgYd73ZaMwCD12EHqCRTKllwJvMsJyMceemhkmAiL5Cc+7gbRomPFHVkSjZmWn70kEX"
    "3nLqyNpPsNQC9E+y3Xi+1AQmSIWmCZk7d2ILMYVuMdsXoYe93sMNvW5W4JRlMnyPeqZIXD"
    "39iKQXGyN/uvhWbQElBBoMIttXjlAqTLTpvtOGqvEbFiKS/M/oi29+4cPAK7FrJuk6Ydms"
    "EhFufjn/fHt1TVd24c38Ic/s9dDXvZ3oW+5MIv5BAJDxO6VNnrTJNcU/ptLor4N+tDU1AT"
    "8i0tg3xX4tj66lYsWVy289+L9tCxVtOAg2IFJs7k57HpXkK6n1mW5QebdNlPerXfGTHNgG"
    "PCyymU1CK2tOJIttshEmYzXj2hBEhXe/qD6FKs+AdzjMWRvmLSzxntvR4Hgvxrt2VGrCFo"
    "xPpkGitgT8ElJjJQ2Y5GGcaTad/TY5Eg0tZsMh55gIF3qTufKpJMadrMkh76cm3Wt/kZP/"
    "TukyGxToTBfCi7JBdle7vJc+9Lo459YUjrp+5BZA1Zlot52JNjoa8hCXxjSkaHRUQ0FG1L"
    "JiNqWQlhaw0XjSN11aoaYi8Ka0Ko3GFH8xB+it0QTSBIVGtCgPMpxJzTbSiEDjWbRCdUql"
    "badUGj7wotLGp75vLorxTdBkAO5e9SlYkr/9I3sUkaNVI8hikmeDWEtCPK89x/kxPSjQXK"
    "knvSqVlQ9t+rNpfVss6nTQCiqVLuZCqPSKUakhx3alJZH+4BZaT1H3YrsqPZDj/Gk2FScY"
    "OUkVUk3LEmjZhKcCKLzhgwhDKXOG2p2OvtyG2UjVcwM7slN6ThZKxyuekU+q5FUn5NujD+"
    "+jwxH/qDoXb2BfvwwPx3LVDvG64KyszncdEnXQW3BPvANLY39asoX+EPB7SSKa6FnlNjrD"
    "VvUT0dzGm9NggUlehMzy8inev7A8NOWEgQbKJ0XVnmMvvwELelQuzpsF0ock0qq/JJ16/L"
    "R4H93l4IXKdeqeppZP/gbDLNOx/xZnr9Gq9idTtUdMrKu3jAg6qLTcfAU4nbymcfKaNvlc"
    "tRe4BtaJeC+uC2dMocHUpp5lu+aGTT0J74U8yGf2qFT8yhB2SVf5l6Ojt28/HL1++/7j8b"
    "sPH44/vo7ksvyjKint7OInlNFSvCjQEHOYRlGtj+paeTHVM9Vpvq9f+NGdzgK4Tz/wpqs8"
    "S6mX+crLHMSbVbmQI9VsWJkN2n6yBftJS9QyKT+9gwLdTLpBr0pBEzohxTWy13bNpHAh1W"
    "9UXUg6PpouG3szv4e+iHYqj29jH8zVRqEgJGl6NVjgeQ9S+80FLDal4OH/nJmYABFefOzN"
    "SRdOiRCp+xNqn/CcJPsODBuFJ2ElpUNmKFOZgXogGFKageIQo7EtAo+cznHUecpRs0fafP"
    "iZm8Mxm3BTzHyYjLAtjsPQf18aVODVP7S8Cazxw7g/o0K5lPY4s0WomKM6pgW6pMTvWpv0"
    "ZNok7V24BZFTLu388bi83q82mbTSZJKpAF+oI1xWAL5YU6jrv1fVf9c+pNqHtPV4ah9S7U"
    "PafkS1D+lm8dQujtrFsdMujqfct4fjgwINkHrSq1L9mHGbZSqfcuw27Au4thug0gC03Qtw"
    "zT1uqbKgiSU1QdJBQ+rR8XENUyq0Kq9pgM8yd5/ptAnCqnkH0X3zuo53D7QqRZeeZc8gNy"
    "hMYPMfN1ffys6giCSrm7GHAfs/1r2zCMFICfG55OfZPOe9tKYFOzh76sPsj/8P3af/uw=="
)
