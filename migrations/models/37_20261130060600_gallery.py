from tortoise import BaseDBAsyncClient

from migrations.indexes import create_index

# Each step can be run again; the table of models gets its index while others use it. Words are read far more often than
# written: with a list of what is yet to be sorted into their indexes, a search would read all of that each time
RUN_IN_TRANSACTION = False
TABLES = """
    ALTER TABLE "model" ADD COLUMN IF NOT EXISTS "stars" INT NOT NULL DEFAULT 0;
    ALTER TABLE "model" ADD COLUMN IF NOT EXISTS "shared_with" JSONB NOT NULL DEFAULT '[]';
    CREATE TABLE IF NOT EXISTS "model_star" (
    "id" UUID NOT NULL PRIMARY KEY,
    "created_at" TIMESTAMPTZ NOT NULL,
    "model_id" UUID NOT NULL REFERENCES "model" ("id") ON DELETE CASCADE,
    "user_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_model_star_user_id_106f77" UNIQUE ("user_id", "model_id")
);
COMMENT ON TABLE "model_star" IS 'A user''s star on a model; `Model.stars` counts them.';
    CREATE TABLE IF NOT EXISTS "model_text" (
    "document" TSVECTOR NOT NULL,
    "titles" TSVECTOR NOT NULL,
    "grams" TSVECTOR NOT NULL,
    "model_id" UUID NOT NULL PRIMARY KEY REFERENCES "model" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "model_text_document" ON "model_text" USING GIN ("document") WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS "model_text_grams" ON "model_text" USING GIN ("grams") WITH (fastupdate = off);
COMMENT ON TABLE "model_text" IS 'The words of a model, which a trigger on its row keeps (migrations/models/37_*).';"""
# Names and tags stand as they are too, for words that are not written to their end yet; dashes part words. Grams are the
# pairs and triples of letters of each word with its edges: pg_trgm, which not every server has, knows triples alone, of
# which two swapped letters in a short word leave next to none
WORDS = """
CREATE OR REPLACE FUNCTION model_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $grams$
  SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM (
    SELECT left(word, 40) AS w FROM regexp_split_to_table(lower(words), '[^[:alnum:]]+') AS word
    WHERE word <> '' LIMIT 50) AS split
  CROSS JOIN LATERAL (
    SELECT substr(' ' || w || ' ', i, 2) AS gram FROM generate_series(1, length(w) + 1) AS i
    UNION ALL
    SELECT substr('  ' || w || ' ', i, 3) FROM generate_series(1, length(w) + 1) AS i) AS parts
$grams$;
CREATE OR REPLACE FUNCTION model_words() RETURNS trigger LANGUAGE plpgsql AS $words$
DECLARE
  name text := translate(NEW.name, '-_.', '   ');
  tags text := translate(coalesce((SELECT string_agg(tag, ' ') FROM jsonb_array_elements_text(NEW.tags) AS tag), ''),
    '-', ' ');
  titles tsvector := setweight(to_tsvector('simple', NEW.name || ' ' || name) || to_tsvector('english', name), 'A')
    || setweight(to_tsvector('simple', tags) || to_tsvector('english', tags), 'B');
BEGIN
  INSERT INTO model_text (model_id, document, titles, grams) VALUES (
    NEW.id, titles || to_tsvector('english', NEW.description), titles,
    array_to_tsvector(model_grams(name || ' ' || tags)))
  ON CONFLICT (model_id) DO UPDATE SET document = excluded.document, titles = excluded.titles,
    grams = excluded.grams;
  RETURN NULL;
END
$words$;
CREATE OR REPLACE TRIGGER model_words AFTER INSERT OR UPDATE OF name, tags, description ON "model"
  FOR EACH ROW EXECUTE FUNCTION model_words();
UPDATE "model" SET name = name WHERE id NOT IN (SELECT model_id FROM model_text);"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    await db.execute_script(TABLES)
    await db.execute_script(WORDS)
    await create_index(db, 'model_stars', 'model', '("stars", "id") WHERE deleted_at IS NULL')
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TRIGGER IF EXISTS model_words ON "model";
        DROP FUNCTION IF EXISTS model_words;
        DROP FUNCTION IF EXISTS model_grams;
        DROP INDEX IF EXISTS "model_stars";
        ALTER TABLE "model" DROP COLUMN IF EXISTS "stars";
        ALTER TABLE "model" DROP COLUMN IF EXISTS "shared_with";
        DROP TABLE IF EXISTS "model_star";
        DROP TABLE IF EXISTS "model_text";"""


MODELS_STATE = (
    "eJztfWtz2ziW9l9B+UvSWxpPx7luvLNVTuLu8U4Sp2ynM7vtKYkSYYljitQQlBXNvPPf33"
    "MOwPtFhG6mGHzojkziAOBzQBDn/q+jqW9zVxx/FTw4esv+deRZUw4/Mtd77MiazZKreCG0"
    "hi41nEcthiIMrFEI1+4sV3C4ZHMxCpxZ6Pgetrz2p3zo20u2mPhsZHnMX3hM9sgsz2azgN"
    "vOCFuLU7Zwwok/D5nFZpYQCz+w2cQSE+b51AWSu/6YOR6zBHPCY5yC7Y9gDo433vlot96t"
    "91neE87YE+qO73Hqig1sDlA4D1bI7b4VDo7Zt4kVMgea3GVauTyE+WITvDnk8AcL+NR/4H"
    "aPpulaImThhLPAX9BDzj3nH3PeD/0xh8vItN//Bpcdz+bfucA//3V053DXpt9H2YkcYVP+"
    "HZ5dCHzyiDriOjKznyIhTi9ndO+ISIHH+Af79ufzq3OW7Z1dXLPPlzfs89ePH4/+jf3O7v"
    "s0l8zScqhbut6POv/69eLDL9QS+Tjsj3x3PvWS1rMlMMiLm8/njn2MNHhvzD0e0GyTpefN"
    "XVet0OiSBA4uhMGcx4jZyQWb31lzFxfw0X/dzT1aGwxHenWM/3/932puqXb9Pjxv//r8pt"
    "8/Kix4nENuVapLI4AegHS8EDnwr3/LfhNE6OoRDvD+z2dXT5+/+okw8EU4Dugm4XX0byK0"
    "QqufMDyBeQLLBwAoQP1+YgXlUCcUObhhsrsBOoJoB6AeTa3vfZd743ACf774uQbk386uCO"
    "cXPxPOPmxjcm/7rO6c0C2EO4GXTy3H1UE3JugcuCcvXzRAF1pVwkv3svhGG3EfN+Iizjew"
    "FZXjXCBcC2+FZgx31CTBO/nK7QHwGnxvzv96gz1PhfiHm4b16aezvxLi06W68/Hy869R8x"
    "Qb3n+8fJdD3xF9y546XhH4d77vcsur2KxTZDnYh0C3zjpvAnx8Zb/Iv7u8/JhB/t1FHtqv"
    "n96dXz19RmyARk5Ily8+3+TwHgU8+kQXEP8Ad0Jnysshz1LmQLcV6XH0Y1cc2OVeAw9oX3"
    "ruUr2Vda/Cxafz65uzT18yXPlwdnOOd04y70J09emr3K4Ud8K+Xdz8meGf7P8uP5/nP8Fx"
    "u5v/O8I5WfPQ73v+At6A1HYcXY1Qy3A9dzjT5HyRegvcP6B9r0XMjjBZwe34tK/P6gyp4X"
    "Pb+IzCzt196hyOF4bW6H5hwUkkcydZECKSwoofWUX5y1+uuGsRmEW2KxH9WvZygDv7v6Nl"
    "Hl1NdvgEJGvm9O/5ckOQzmbOX/iyqxglapn1EfqE/3QVoKEVjiZ8Q4TeYSddRSilDtsMpS"
    "9xRwf7FapHasGHE9+/7wsOR+9wQ7S+yc6uqa+uri161r7lOpbY9B2kXeoMe+oqWI734ITW"
    "Fl7Ei7ijjr6I1mjEZyj8GMga7/KRbgyOuxvvXV9UZ1fYV2dfR5t7oRM6m25cF7Kfzh5B0Q"
    "wGL+Kmsgz0ctHVl0+EVrCNz9819NOlZYSisn/iVwnP2VsJnK4zdUoUKRGclx6/8eF/q0FF"
    "G/fHqLOOrDtEcHoyzWE6tTxrTLPE7pC4AEGFD0CMT70jQD9mymp3ALKIk7XAwaahHwgGHx"
    "J25wdkIsf+Tsl6P7EE83y0gNNPiy24M56EaEt/RkZytI/TyGRfx7+gI9SXiaJfwH6GRQeB"
    "gWxPln28iT0/EWxmBdTHcC6WDL6f9zwQx+xSduCjTV8Qe5AMhqcB3qbdFaAhPMLCcsKe/B"
    "nMPXIWuPXiO5GfAfGpod9ApcGeOKtntU+R7Nd0/zg6yg3M9HKRFLH9xfWtCgtnQpLD9g5p"
    "dvVpeHb88/6B/XD59d3Hc/bl6vz9xfXF5eestpduZk1rV+dnH3O2tSkwpI8vBc6hgPOFV4"
    "FyniyHNW62B/e9gOnCP384efbi9Ys3z1+9eANNaJ7xldc1zCiaLQkj2H68NaBNkRloK6BV"
    "y68/g910Gilo11i/2Q4M3EW45zN7TTNsltIY4Ftsq4uPxg1NdUXJJHsoKi6VSOqgpXIBMF"
    "reqMyjLudee4jnoILQAZcDaxGfH9NnQHhyMmHTs78/u35/9uFceohWiHma8ssVv4NFMbnx"
    "77l3VCLCZO7XSjGBbAnn5KjpSkEG2M0UGSOyHhsu6TR//eezP5y8fIWH8TIX5aaEJEwAmn"
    "bkJ7yYcA9uwElfMP59NLE8QIUkGCT2+PeQDdSSgjkOemwQ8FnkJjSQ5CQqWJ5Y8ID6GTsP"
    "cNWH5QpCQ8CrZIbfI6u14mwyzNHfcvLE7+hp7MDTkeNxpXRR7t9X56W6gVtfu96krBvlqy"
    "ZelK+qnShfKR/Kalkjxazm54gs0Vpnh9Z90bZ8eDDee107PDTx3kvtbppcz1J2kOsHwuVG"
    "bnvqw6stFgjjlnkQ/E0djXR5nCM1fG4zn7Pn1qaK7CzVNnXZ7WXtCm12QYAuYFyizQaRwh"
    "l7f+HLhpJx97xaeznxOLuyGkjIK1QT25OmI+xLBOkUW6pl6NQqaCY9o/PAHxzvLbOg1dRx"
    "lyj4ZiRjsrAtJs5oQmYtkIFdkFdPGfoACRG1wcmiXIzGOQ7/UZRtleS960FJap+C4OzbJL"
    "RP/AU2G/Kx5bGn0tPhE93+qcc+4wBkRPQFZ3eBP4WGINDzyNgn2D2fhQ0teb/Huhe40VAM"
    "P7ioXArKfXFgQblGUqwE3EiKRlJsLZcbnTBh91/r1U7TGRmizRyWn3MdbXVC0YUw9Fzcf5"
    "OkCifVSRVOCkkV2uNp1N6XZn3prNxkqS2arWu0bAekWzZbVkCdMSNu6PSbN152BHc9v19N"
    "EVbFe5ZIsEkkaLUAq2JOmwmwZyCZkexoKQ9PsuKiU6iy4p6ywQzWg/Nd2W6tUNp12dRagp"
    "THBEiG3jEbYKqnftrMiyiBlAkdTx1vHvKiHLvnsXUkz15GZOmQ3HmY2aDoX41zS9R+O1b2"
    "Vh1b3jQ5trypPra8KRxb5CumA29C0UGAt38uND4iW/YRSansR/6sLLjtf64vP1eYRGKKvL"
    "DqjEL2/5jriEN0CqkBFrHIiKiFFFv5bFq5DRo7yKfYMqrA6jVvVIF7UAW2TLdwIExupCdK"
    "H6d1+ZynNZxuM6cD/gBy+XrOI2lKw+U2c9noJY1e8oD1krvUtMm8YSWKtjihWLWeLY5Ia6"
    "Jlw+5tGdAcRTf7Cw+DtaPsiKi3Ev5d2IP/S78J1IQJdz5msHaWgoXWPffKtGhb65ucPoQ1"
    "nblcDJgVcObY5EZSiN+mqHEcg3Rw6E3C+AMPlphU/pQNgrknYrcRAH/JFhx6m1o2gGOBjB"
    "WGLmcuLPNTGPHBChwEtS9jQYBy5M9hfRE1zJrCRQSLmgnZmQocOWZfUpPLJKifWbFOUMab"
    "qxgTGJJu9eGgLnxvQPHrKTLH8xSZDEhZcBGyq/OzD//L4BnROUih5nhsyqd+sDxmA8qPkX"
    "1mXPMCmwYww1sPZ4BuNgMBkj8MgKPJIRTKsj0G76N+U3ByzFlMHJd+QM9fri5+gw9KdXQL"
    "sUS9ZrSg81Etmez6WUlM+tvU5deXmbAiATnav456ZZn18f2Os+pTRn38IqUGj1R0TYfFv8"
    "QWxs0GPDYdXVJtY/w4j0rToWOCDQeOl3WzYWXzVePGnZrqCUZf3pIjya51jvfwXDrgRu07"
    "CO72deXpaRUwri6bkCPbH9RHj7Ax7KRmwoMjnKHjqiRvTdd2lqqDK/xZkxX+rHqFPyus8N"
    "Aaaxksovb7N1ekPoXDueOCICGOcbzH+BjuxIihRB0t81FCYhiydYag3FjkxjtnXBnfHVHs"
    "L7J7V3mkVFj3f56cPH/++uTn56/evHzx+vXLNz/H8d3FW3WB3u8ufsVY7wwjisHfFWkdK/"
    "GO23cG8K3F0afEeq0dJUtmdpWt7yp5/ZLGci8jNSvfZJAwzgAm6Vj3uF5iTSzkgU40jbpc"
    "z1Iak3F7mFx8t2PTiS6TM4SGx63nsbKB6eh88nRdDA1rptesU2wW3axj+4vuK5UmNK9Um1"
    "+ptP21qZErTWN8bep9bQirIrjG2SbrbJNeUhlvmytY4VcX72+ahQHGDhclKjndsh+/qb46"
    "hHpWxyAdQzaE6jfZS1dBMoUM21nI8CChUn5VW9ibTEkiaZjk37dSkYgwvVGdHeRZdOOKRN"
    "lPXpV7afqbuMLNtP+QbtvA3zRqz/yAyVqfKme29BN9ErlvYuJsQe6VI9cS4pQNhPNP3h8u"
    "w8gFVCb1orhr9MF056WR3Dsfr9TfUWJT4+9oHNGMI1pLlArGEe2g3HQEt9yy00W1D1pC0Q"
    "mA9+2AlnwHNOyzWSKT3t/UBtKCurtmuvTJqOkpJ01jNJH1msiKembamsg4zuwwQV2pikyv"
    "qTYF/kWathLZLKWEq5bKHlKNGmWJdqbTOVHHMWSU+Iq67qk8zZaqqIrxdjOQhQSbA3cDjJ"
    "jjliiRu7bVsQz88+fBCA17d7LmEvp2A8sscc9tvAICXF+MJnxqDWQcm08PCGLbU5UdGnNM"
    "+5bN7R4TcxxWSnr/mFte6PyT1AY/kYxHqbwoEg9j3tjYwsTUGAmnpkmiYzxXjIILHPjGUx"
    "O4Eh6zb1FYHEb2UfzhEETHwOE2s8awHmG+d5bjYvVA4cAbiJF5t15SO4oSWat4PBUGCLPC"
    "QL47h6IfPR8HlPDRJSWcxjCDSPt0EMxdrtCgALXBTz3MWeYP+QBHU5GSYbCEGfr3p2zohx"
    "PqCJcjlrJK58iGIWlYmy05PCLMa8S9sA/itO/ZSjpGpF0fIzqhX0y2gPVzBfXewwq6cbzi"
    "nROIKOCQf5/xEX7J466goROwKbcdRIEmE2fs5pIWJjCEtREXAI5W1wLlc3g4KuMKqHjMsq"
    "1ZCFxTPnINxfX5dAjXmwYorohZU5PryzWjCnPWBa7Bvhxy9if25MvV+Zezq4vPvz4pRMzh"
    "4/dXh+lFYysYVsbqqW5NxFyrFBVyOTaXPBICI3WU+5WHWpqfmKATwvOutRNVXjvV2olu+e"
    "vsXTkhz0aEmc6izpJ1cGlvPwI0OYZqKd8yVJ0Aet9rPHvi11nmRcou7DG5PfzkTZNN/ORN"
    "9S6O9wqpV9FK75ccPGqzryZEnVjpuzaUJJJrEefqwKws1UZxWS1b2fsOwFKKAi3wE5J2RM"
    "ThsJ2JiHO82Txc45XI05kUupu8FfNwPS4UCA0bNnoX7ny9d0C2N6BvEuivTozrnDK7eb7c"
    "/qnHdsZclBh9qxFOKLqH7/brJtQ5LNSlrNiCz0LbkH6U1BVkldHZuWMCc5Zff+cm45YO6j"
    "GBQX0j1PG21nJP0xjs18c+Y0cuMqDeh6pAbAI42+M1RZdy59K0yV3nbStStkNv0alMPnlH"
    "hiKDfnF9q+LcVUac49EdUnfqDfxw+fXdx3P25er8/cX1hWJJ/MrRTbwEF5woRPTsYw51Kw"
    "z5dFYiSVQecVMUJltS/twqfZw0fTMzRBv4dxzOyl3pzJEqWINObP25FzolLpkr6tVkSc3X"
    "uc1fZ5NnrHqTOkxX9iZ5xiI3PI3dMkVi9srsXmkCA0xgQKsDA5IcJflNYAuoNk+w0c6Xfy"
    "WsqZ1vg8wvaVfmnGJ7J9lMDgRsk8zEJDPZDVSyjFQ/4DBlEW6acIk6u5J9dQmxXQaEyTex"
    "JBwsfkWrg8GGcZOVoWCfsDDYrFixTAWR9Ciuxwn5VMSxW6pwWpQSg3xwmMVmfkCaPkqyQe"
    "LLUQ7dnQ6GIWM3WLuMWjiCDeiXGPRUCJFLnQzmMwwJg08S3PADGfmFSnFuY/m0QcBDWPf+"
    "3eCYDUI/tNy4+BsFODkeFzI+6dYjIR07V9XkqB23T2FkfISByhwi047A/fSDD5cMxIsoHA"
    "qWtT1IEo1Al1NJRnewJJ3jPViuY8vybDQL2WBkeRilFcw9mO8IzxoudkXdWkMACf+iiaUp"
    "fVV0j6btYaE8AvnWS00R+oODpoO/KeQqig1Dgu9hzIAhHzueeEs30IYsg/0Q7R6DZakoKD"
    "aFbnmSQcfsmxNO4MEs1+37Acha4QQWCczcddUsLaqpx0f3wJl8LBgFmSn0HNFXzQZMUO1A"
    "Fcwn2YKheT4+4q03te6h39z6c0I28eGFlPxF7UtP1d1TSsMBhg3SyNwbYe3C0L/n3qkq5y"
    "dVNRFCGMwnCwsuYc63XuD7U6ryBxsgV/PFiDo1UxWQp2IGod0xuwizMxxzGbI3mAWOHzjh"
    "EhbmZz/TJPWOYFE/eKNGnGLsLFw9VDcQyy1SCB8sqJkPO1gcRRf4c8m0yxn3zi6eCHb25U"
    "LG1LFo90+WPo61otof3nVsAA4e0xst+/d8WQiq+z1dfrOs6l826s614AVvEnVH+17fhyeh"
    "7bAm5i2FTmWButWRdnI8+do1iPGTDaOPaqFMHTv7/AHeVaznsqpmoEKv0fRc54H3o6Kwtd"
    "NrNHS0fTYbXDZfNXLcaQGOJnxKz7vZrO75bGXJSJwGRecFcHp5gC90h0IiKSLyxYFFRFbk"
    "Wq32HosJOhiTsH3vMXjIuVYsWUzQQXh3EEUWWuG8RI6qD0CdlxmFuwDw9iNQo5ONDsRpmu"
    "55mL5qgvGraoxfFTCWElUR4RUBGsbja0M3k+TQpXHOyBAZq1Pe31+K+TqApmkMnjmXnIwY"
    "X6Iu9H2Qrb0K75wCcQ7eIVDv6pMXX9kvtu8uLz9m9ol3F/mQ6K+f3p3DR5DgT/yhiv47iQ"
    "JEE/cs4R4xj+STg4Ucv7Mw8GgeBKjkKOJe6YlWQtmhiIut+aRF2q4istdT2C4q4U3T7c/T"
    "79luUX1+8vpVDCj+UYfl9aezjx+LgNrcslGFt1adtAypcUlrs0valIcWqlB0DulpGnNMX/"
    "+YTvYijW9B3N58AUpONWhD0wAzbm8cvPNQkhVRA8q4vYGykEZuPhpxrgdnhsZAWgibJeO7"
    "Bp4JgQGzUPlauQBowJkmMYDmAVVOFBp4pigMnIWvuvRj0fmuJxQGzoKYrDx0ShQ/NQkf0l"
    "SdwXTPyR5QINZYxVHzzsC9vQ3WBHNuE04Tevhj6HlSTnGabM5SGi63mcspF1NdNudIDZ/b"
    "zGf0CS4yuDq7dNS+C04rdXzcRVppHgRl+Y2rwY4JDNr6aOddwQu4V3tnlZB2gQN5T8Nmro"
    "Z1voYl1RjIw7w/scREB/E8XQcdD3eQ1jLtJF4Au9YBI09q3F40fDBKoim0j8LlXZizUpvP"
    "SqmQEF1+50gNn9vMZ5Nc54dgsykH/EOwOROkp/s+52jNvt1mTpuETlv2rU/FSjeO/RDbyM"
    "3YTTij8qh6iGapDKj1SceicPMsutrZsb6qbg4T0pW5sVJvaYOMYyaRWzNUNRO5pQqnbwhs"
    "8/RihwptdhPcIJ+bcurpU1KREqWZbsayj8q9oiO46yWWSmVy5sOJ799XA3rp8Rsf/tcQ1m"
    "9Jfwd5ni4HVjcJFy2uqkRc0cpbkYyrHzkArc7IdUapdmQeJaJ9EqW9ymV8OmUD2TeBTBl9"
    "MFHPzLVGnN0F/hSdVgYPji95LSjpkMo5JNgi8L1xMUXX3kcvzSSkeqZtJjVKIZGQScnyqC"
    "lZ0qwpwF3pv5WjMuXqS4wbUZ4iLYNphqh7ptKXz04a2O6gVaXxju7lpMF4gyoiXR0xl6Uy"
    "lRc3CJpLb/VN9+s0jRHF60XxOBfohtJN1zID52Wb9JrKSDbvz67fn304rxNstI7r6xxBo4"
    "N41Sk0dVBfdRBNyQirz6LfJnCOC30WctdVmUkxJ2nqeCgzf2KxKQekQ5niEq9gWtcpFwIe"
    "SqbTxMMhcIqL4plzJ6NgPliV+ZMBFEgn8pk+T1NJPp2SJJ84gyhHJwzuBzamRVUkcKK14o"
    "yoCy4w8aZ6upIzbe7gmklgiAlVG+cuVPzr2zL5WvSWHvWKKQwxgxhnf2JPZoAmPNSTmhyG"
    "bdqGVx+eW7kJ152UjQ5/uyaRoEQTWu3BqZp3wp1t3w6cVMBBE+80jQF9DdBp59YR/WKCTs"
    "C961yRdELQ0FjE7U28WUX4npb0nKYxsvMGsnN0cCxgX+9PkyIzrjRtdqUxsbFb3atMbOyP"
    "8doYz+Efgs3Gc7izbC7os3V0ryt135EXxK41323QY21b772RLjtVN69Ek52tqletx55l26"
    "1UYgOn0WFBqpOVC1NRCV3aCpXI9Srit8z33CVdR+WyrHKV1QlTNag7x3PERJVcWhyzgesL"
    "wUVcXQxu3HqyqLog9TbMxcPf5HZhO9zGimguJ1U0VdGSZcIsF0aA7uDaPc3QEiOp7X3LBK"
    "bKhRlhsSxZN+vWezoQPIDHO6byHcdiYsGrOvgJeqByKQMmRj5sFywVfMvu+TIqtkXtVbUr"
    "H+eipo81rmBKd5YTMNnnW/lIqMWkQmsSkxAfUWI8kpNDtb2PNd08Zo2ot+NUsSugtBEF0s"
    "IjltQ5m1jolQKd0FPACZS5WE3t2a3n+QE8dY+dsIkznqC2HgHCGl73cpYWcTka1ePQaujP"
    "EfS7kONtyQScsmSBBH/uIW+dsMeGQHZHD+QLeEBVmG4g5mLGR2F/HPjz2eAtYoPcgKm6d7"
    "EdATlHFcIQ73koAOW+HIUoRDS4sBw7rmMWz8Pn4pbcbybWAy4E6CSyBvAH7qFFAl+puK4Y"
    "/JC3aeXC6uwxRxY8A/ho2Zz/Y265WDhuNOHoODAQtFglyNDi1gNOwrYEI6VjVQe4hoWcBq"
    "zjUHoIAZvnIf2L5d/kKnb9sSDTDplvYDmRwwt9XtkA31s+g6GSemS33rfn7xndgKXlhVhq"
    "DhgtiwFSpTTB1CENOhChD3tBH+vOicQDyQoUjQKBFjY9s2yPL8E1/XpHhD/Jgn4squcnPZ"
    "RUNT96U/FN7ssadIOoMiE08XwmzxQ9/OsePmBq+wB0VIE9Czj29zkhBC8C9CctWbJLFi3z"
    "qLEDDaJKh8SD41RBwmj7SbY/NVdZDY9ZY9jle7fejAcTayakPWw0sbwxF6dY+e3BCXxvCm"
    "Bj8cPErmXJt4E9HVzNvfOkFW4KZx6VY0xZ4ghHKvYnncNuPcfupTy/ZP27yP8Ll0A0H4sW"
    "Z7Q9yrf/Cewrg9htBWsuRrmI5V4GeA7/Dm+Vorr1IjJkKlb2I5e0KVfbIb6X00IxO7VZDL"
    "AunOUMkoUh/drwtWL4VqH58S3s9wDwg+PPBax2MYPPJ5fFIgf4DcS326O/YJnhXNx+6Ptu"
    "H+clBvsvjVfSoM6EmKydPky40n5YKLEW13rCzwz9O/caWCxTw1HWoSYGy7lAiyX8CkJpsq"
    "ycytwb680haFCjr8kUJDObj4sv9paGznpgr82NlNN73YzKKgJSWb6UOqSyLN/ma4Y+3Wug"
    "RlOUxJWTou01nl3zOcV0a+EW5VqtK2eYY7EuaHgIFSurG1bOUB5AolKMq/mq8fbBKaZJkc"
    "xmM1NFIguzSyvqms+NqJqvtFngj7DTsjc0Dj/RGB0rdMbhPQ2mcPGZPU2Wey8zoZ8KM0rX"
    "b2g+qYhq1ZRSvReqd6413dT3L6un0cJUHXxWzV4NVruk4tMxfZI1io2mp4N9rFz60UD101"
    "lvBuvVPN3O2HNPnaa1X/7sakpO+5mdYVfTtjzfW079+cpVlJ8AzSq9tMr4WBnj0Hh+sXqr"
    "bm7RMLVrKj2XpO7kBrPqJ73oT85EdTyqr5optGsK7e4L3u0X2o2kjYYG86i5sZYXSp1Ekk"
    "5jH7SIYH/r9GhXO+uuNwFT3y61ZLdR387U196xzyQpS4v4rij9XGZfNy5+Gi5+0qSig3tC"
    "YWr5rY87mbB0YI8JDOrro06ptgFUW+vgkaXqXuDzSZOcxSfVOYtPCjmLJWIqcq4I9Ypc6G"
    "nCLqC97+gONIrrgB6178C5et9QTznMZ6S1kadIzFa+/lZufNePtuq7Tu5iGmgmBAbMQtBS"
    "ZFjOYlmbqz+mMUn6NZL0Z7zidJT3BcIN9PiHsxNrhEBn3Qc1F3OR2KxqjVUduyLorOgMkV"
    "nNJjTrRwnmyFhnpDuTJosTKhOr03b2jtfj79gEJB8Af9OuZJo8zpEaPreZz6a21o/M9w34"
    "bfh8EHwWoT/rCw5PaJfolH5xfatCq5QnzLH5Dik7xdoPl1/ffTxnX67O319cXyg9acxLup"
    "mVFq/Ozz6aGqiaTmCmBuo+8d5+DdRsGKqOtaVIaYwu6xtdomBRHb1UmsaopfKJ4uIIZZ09"
    "JEfWvR375csGO8jLl9WJ2F/md5BMkE1TnDNE3UPZ1KruisEgHbpUgrszrjTj5inXMua2bZ"
    "VLc+5/npw8f/765Ofnr968fPH69cs3P8d23eKtOgPvu4tfEfIMa6pKajxKhuuW4b+db+Pj"
    "FX9pGZym9sseDhy7qP2STYmisy8UKc3uUHC8ozwuOrJgmsZIgRvEDFCiGx3kEwqD+/q4m7"
    "yj67Di4JTnJu/oD8FmSliyFpuzlMYS1mYuZ1KD6O7aOVrD6TZzOl0XvOk5P01jijDlizA9"
    "Vk2rw3lJNNDMpn1rCmiWyizR+lqYuPyK6GqXwvyqujnIZboyIXjqHc3kA7+CHfjq4v3NUX"
    "FX3QKmn6J+DnOdrkQ1/SVpAGsqQeeGwP6W9NRRaLN7YAW4uCuUFxBIC3aub9n9eWmg3TtF"
    "/Mtfrris/VyzQVBHX8UBi3AF1Ev9PVRh1dJqajqAqfq1H2R3yy7BhguvcW3gAsLVsEZFLB"
    "qD250vFmGqUXbiKyUrKKk48TXKYlBdbGIeN1lZZ+IGE7tzeyxrQFCW8SQtosB8kPZbqmGA"
    "bvCMW6NJjy0CJwx5VM5BVuxFq4JM7c49qlZcLFax26FWly+uzNCYygOpd5AtEJq8jSZvY8"
    "tSttEKXcttuoR2Tc/ptqG+a9dpTCLWp0o7OskP8mQmBULeyUBmCdNHtkBnoM1Da8yA6+wW"
    "B6FPLuiWqsVKrXO/7oGW5MvSE628U3+kTdo0qp0my+Rgfjs8bOKpkg4Op1T+y/LYkNOBE+"
    "6MOBukjSJUxEfwUBYCkuVCBvz7zAE24O3yKmw7HI/quSFkqoSZKgSEKi+qSCSowhdVOpvN"
    "A1gxPCmU5FD9MCz/hBWO4GC8lGW6hA/drlmKiuUqUZ0Sp9/KIzkWXfKYLCoXcEpzQPWvPD"
    "+8jRLqNzyv/36UoICp3FMFiVJ7zt8qj/Um8bo5wB/8AV7To3ITX8p2Q7uTeDuq1ueFEigN"
    "mPN0HcT7WSO8n9Xg/ayIt3D+ydcKKMjQ7e/03rl4AhPT8fg8oH81Npuoffcc5E8aheSd1M"
    "TknRSD8tQZWAfhFEkHQd56tRIxsU5evtIBOKHoHr7bD3g0uphK6A9dF2O8OH9ETqf0GJp8"
    "zlKaF7p1bNZQrmZc+oyzzoZeJ2tpnxGwSgW0QnOVDhpdrZrpoc8KZe9xXKoQL7tCvSycO6"
    "XaWITWUij9b5h1jiDlKwdu2UXl864GaaKfVYDIGre/59whjGL2cRWz7fRqacfes2kQQbzu"
    "NWDNEBlIVzi9x+a+Td3e444OE9bVnu/pZZXxI35/dv3+7MN51kc7ebm3AO6XTGcdBbiwHZ"
    "aD/DhG9chNtuRQk/KgrT7SpDx2V59nvk38KQt9FnLXjazcCTrFo8mK9mjXhib8gQdM+WQL"
    "NvFdW9qhyXbcY8KXBxVpjhbQn2sXO2NjH848jsf8wEar+0DV5SGrNnqO3nFvBNO69cgJKH"
    "ZAdUIW8BEQiWOG/qnwB8eJoEGeDWxHIFDSSj9cwplKLDg+HXvx7OdjdilnQdMbOKIPuxu0"
    "U3XG4FGsBzK533p3fjDFIQd/fHg2aHy6amTkbudXfvUJq5UfpLrj1KMFDrZ039z0CBWUBG"
    "BVV5NTzTthZ61TeeyinNyQSo3o4Z2mMaCvAbr6HJRoeeryFaaoTKpCjVSFpm7f0Vbr9pnC"
    "RmttJIegsM5kVk3Ot7p8zpEaPreZz8ag3Fk2b+Tc30wtFAXt7kUp1AbJcScqoW2oeeJQ82"
    "p1TzoafaXaJwqFXzbV/0QqGAxnQEVMj/kBuvfLuN3AX2C0AYXuMqqNQOEAK3REG/eJeqTL"
    "rzdfvt5QEMTHy1+v2cifcmaNgYd0Tf6SQcROgJ2+ZQPPh2U5YBSUIJVEsNkJ4H2PDQQMNK"
    "BrkTrnmA1CzBkQEdx6IZnVhIMRHdgyApPiHVxLhMwS99zG6ScKKaC3ZCQG8/gCzvr4lKJK"
    "J5S3qUErwkAqhLK2uETZkN20pXXuX0fJUjvyQO5TQRXoYQBbEOaiiJdhRcKEZd+e03sfvf"
    "A0ne+waPAP9u3P51fnMkKb/Yk9mXHPBh4/kern1OCpfILa46tqxqsn8F//nZ6BsUQa1VnL"
    "DxsaqjO5AxTArPa+jAk6ocnJhyk0ilKoCVIoeLfiBqIDb0xg4G0AL311NRQ1cfsuRX1sTV"
    "MjSreC6iCO8o3AYIlXwvKUUJVgxu0NmtUqWa26ammajXK6tw3cGuR2ktQ9OuAXsK/X9qTI"
    "jKqndaqejIYexMs+lsDTZ3KO1Ghu28xno7n9IdhsqjP8EGxup7NWexm8vv+wcXPtopvrNY"
    "evWnhUbf1QDXpNbB8iadsgkkfAikHHT0klbRCopOzBFcvl9mniCorq/8BHpZDNrIW1JFrB"
    "hlw4dqz5p+ZNkkvtd+hGUT+llgYT7vO4Sna5FopIV/v4JRSdUFzu28PPHM1/iDNbi2K3jZ"
    "y9OwHMmCg7U8KmpZCuXcPmkc/en/jUD5ZXHLAUpWfvbIPas/eUmvaDVNvGXkfSmYZOvws/"
    "uOfBE8Fkf2/hkqqnwjAYEpsFcMKVvymwK+DYBaVlvUta91J+ONWuSbsemPK7StcjleF1iX"
    "Fpd5bjYicXoQxuWzjhhALj5CSqXYbkfbWSUnVm8j5DGa+cdLterVdOlof9VNGfUrecLnnf"
    "vCLJ4PWBSQZWhR6k2qMhoeiEZGA8Rg4aXrk16ki2CUUX0s3tW7BVO/taom2e1gi3rRZ7KN"
    "3POqJtis4Itm3msKnQugMP3MwJuymmGSIDab3GQIK1BZ3Bt7ijw4R1pdYgs6xW5/8xNVq3"
    "UqP1kXUyyiLtB0cl+pjkZq9OFzPLNGtUKHIEIqbrj+f8LRv5trI5BnNPMNl/j1kykEouSk"
    "xC6PkgQHObOeEp3Tn7csEeLNfB04GQcVlClpkRowmfWqK8buTeRt6gjORe87qvoczYmwi4"
    "rYzY1SqNe3hMHaij9h2Ut7ef3l3WIZQvRRHkau/tPJ3x4N7Ag1uVLNTnQoHQsGEDNtjOuD"
    "SLT/VWk1B0cLPZfn0r8kYXnJecSBu4sUeERs3UOiXERokptug5KOW/MpfBWDKs8RVM2jSq"
    "Oinbs1ngj7gQlHoAD5gTbgXhkFslRsZGVGQhVNJIKoGAYwu0KuLP6CbmOEBamz84Ix4bKn"
    "tsQE8XlXqk3JdUDfLOcTETOA/giQbDuQ3HXtXo1ktaTS3Z8pQNQh9O4lE/VHTyLuA8vhBE"
    "uRDU+P7CAyLH69+5zniiciqky7478hyP5SgXWMwy6gNzK1gBnOElGJI5TyKQejIhBNlEk8"
    "wNkenUgfaOEAAxtJvOwqWqfwm3UKq1xSmMNgwwE2g/FoOEnNsINhbBhZQwRv7ctbF2JSan"
    "kFbd8pFPKVnoveoj8P0p82XJeroMbLr18DHuqDImTH+4lAXteRiibyewEbuFbkbWzBo54X"
    "LAJv4CgPeWZXAxLLUJ4s3biJLhERf/gM1rzm+9pwPh+qEY/CQrg6aNzzFJ/Ojs6cAK+9jf"
    "4KdjRksSH29g43ak0p8CLs6U6nhOYMKU/BQfIFmWvSgjBizBwczxPEyugfnm8YJchqcq/4"
    "Zkplx7qqlaQJvKYAdnUj5IX1Ngs9aZKGrfwRPRbkqYlS3jyjjkWekyNlHIdBKk75DW+T2m"
    "6OBq3X6tMtjgg/VMxVlKc4Jv3QneiGk/GJPl1tfX1WPnyPa3bR7t6tS0h8rTKTGqiHVdHd"
    "4coSnDW2RJszK8idiqx4AsncF/XfxTCgk9BuQIO5O+e8/4p5U9egzIU5p3YF0eRMoTHQNP"
    "mmb/tp2U+mI4d9zQ8cQxjvcYGoydWHxiVaWGBJ6h6cx+tDUhHM+HYfkyr4Q0Q2MgzUNKqn"
    "KdXSMmaMeWgcN2ZssoWBJ0GFNKbJi0dSaRHUaHMTGBYcb2mREblnT1SVlKE3vQZn1SZMrU"
    "eevSNObF2/qLJ42tOgxJKNrBjk4JG2nbt54MnqfszBF5DxK4hmtSSl2VCXsv45bq4Je/XH"
    "HXqgigrkqZcJhWj0IExb936cp1NffeY+mVoxJnrvher86dK5h7/VHcrFHIQ1SDhtyBhLUU"
    "KnPaYsK9jGMOei3FBWYib6UB+uoMpAtOfDNS4DzBjG6+Z1eEPOxt5C2721xPQdSsVpVs0V"
    "fhcUMe5Hb1/OT1q3iDwj/qtqTrT2cfP0bCfLV7DS1R2NzXKsBYIDZG11YfkqfcEvNgXW4X"
    "qY1I1DZut8QT+jr0YaG8owNjyRc0fbv2IyqoYXLybPYdpeboeUqpkBYeZVGiiCHRYzJmBX"
    "7cOS6XDtDzGbrbilM2gq8JBvQp0osvD6+Yx0P0maYvX9xf+Vd0D+OidzbmiuLweZXlx6ZY"
    "po5wEpgQKoDT3gP8FP6Uk/csG00sb8zRm7cHV+Un3vOHvr1kE4uK4dE2vunnmeZX3FKqXT"
    "ligs7FJG4rcqX6q72OIXX/0lsnTKgt2VE/4T9nrmOVbqipu7X7qXRnsOKGzRLiyRTQtEvB"
    "xiWP/T02oBf4jziTAe48qb/fqsM/yASLiTOaUEzHkLMxbWQBmzi2DYLFcAkb0aIiGd4eBi"
    "3NaJfKjEgg5zPZdScc4DAzzD1u5Ptjb3u59GfN8p/VJUArJphz52MdfKP2XcT3VSN8X9Xg"
    "+6qArym/Uo1+wC370nOXavM6XGFMzd7kfDY5n9uTYqilOZ/P5rYTnlPZ4JKTbepu7cnWwn"
    "b9uPpwk5Otz2zHVuHJPv3bI4U3iOiBP5VhvFKpTW0cWfJkyO9gXclK73dhmSpgaz2jsH/l"
    "L4TSAbhLBhsOtzETNAw2HnMU9+/mGEHMqRi8FPXZcB6qcOGp/2C5MiBX8tumU/UTwRBmIe"
    "cgaek+YHPrSXKLqr8sVF5qCiXGqx47+/rh4qb/4ex/r9lTwTkbTJ1xQDYo8UfJmD+evOj/"
    "B0b3fpYBvDhLVG8AFlY0fuAvEnWEdeu5Dp7S5yHG8GBaaoAJYAk5nv79u2M2UKtXZa3G2F"
    "+KaZ4P/85HOMWG+otMIuqy4vV16ahTiwyEKFKBRlvIUS+ThzpXh95Cb6uSOjYaw0XZs0oH"
    "VPXoo2HYxTWDnYV9/vrxY2EuCrKNZqP6WDWfZKjaGVUU+Wk+nWj/r5uLGiQ7ESPMPa4wZ+"
    "rarAN4yw+/RbuTyQqfkStfNBErX1RLlS8KQmX6+9J000rTbLB1HY4BTyPpbvy11Viv/haN"
    "Ga1arttPxGX7euhG7TsI7vZTKt7zpeZOkFCYfSC3D9g2nj+1doKEpIPLdft7QVTbp2zJVq"
    "OcpepcGoBnJ2+aaJ5P3lRrnvFeroik6yjtSFOUE4rOIfy8ke3keY3t5HmJ7UTJuwSTBs55"
    "ug5uHNv/zmX1GE2/dVkq870rxXSNtdvZZbuDfCyPZgzq5JqVavMimDVhsDHFRmFGh4PmTu"
    "KJyEahA3tMYFDXQ70lLmgflIXoqMRMF9/r1Rnp7HSrlRa6s1TkibQToZVM2bF66NK1wKSu"
    "Q07ZadFchP6sVC7sbZQ7NrFhoSnOv0eqsfXAi1a7nY6GlryLkDIUU5yNI6RbmnCwr4EaBX"
    "Pf9uKUzNJPWLWgP/rSuZfaUcFXBgtFxevESYfJmVe8RevYrUfpe2FScVZjdH8bJLrz1HBD"
    "KxxNeknl15lrjbjM1kxtMEMwdE8PvI6tLVOtb4VtJ1on/ZholXUnQZAMPGVWpqRJ4+EJdc"
    "2hlW2JnX3+wPJcq5xbc7NXAs3cWzm1pNta+9sayPjuSpaUPnzVFGj1qQOO+o3rqPF8iGbV"
    "jKJBGtoAk/1A87BWIDRZn3UNg6Yu6A9jHEztPpqMzlKaYLQ2czn/NdDldRm94XibOS5jTf"
    "S+nGkao+fIqe/b4ytzOPge3FuDMZ1zLYNjQtGFAvT5CJdGAS418S153Wta0Gi6K6VpzK5U"
    "iicJawVIq4NRs1QdSuq7taybEqJ7XpLRrHovyBB1bzt4+eykwX4ArSo3BLrXGo3qJ8txj8"
    "rCeS2ZX6MmkDdq0UCLim2lRtMhH/whlgLzwl4cEhApNFHhiXdIbek8cI/NZ2WK0s06lLpQ"
    "NvEBIeb5LOTfw7dxd1PL5jLtkKytJjtO8hYw1/HuVWU1lWyIoRZhaAkuy4lZQ3+O4cMzS4"
    "iFH9jQy623CJwwhE7vUI8b5U9Qrjo4jCXuYd5w9xQHR30mZVCIsyTIybi+j83ms/wMGypE"
    "fz/y4GFJz9Ydz/OD1C+Zos479MwI+MiZ6foaZYi6CPPLJvWwoFVN8bZiRSzjA7P1Ey2MUZ"
    "ZbpbpITtS+S4lVtnaMteCzO53pFDhIURhESxB1ORx11svgliM1mqA2a4Kio6Imj1NkxvDV"
    "agbz7zMHuluDx1lKw+ZWs7lFenvD5k5m27zwHpzQqnLNS93t1amUnGy7BoolUsWQXmZq3W"
    "P6SdS+jMgBLS46f/3nsz+cvHwVOaGFWIDmlA046pAGbOxzkdalADWfhcrBLKd12uFoqJIa"
    "YJs+pdSkHBOfsf/Iqw7a2lPHcxATrGGPii2p0MJRcWaNNUBlOSd+P6IZqp/J5t4hLdFh5i"
    "fgkZ61qRYjJuie8n0nCgwH1jm+WUWM3/k+iCtexYJOkeWQHgJdtz6F7y4vP2a+gu8ucplK"
    "P3/99O786ukzQh4aOTKxU1F2nFhiorOco/adS9G7/eL0yedDB+AsVfc2je0b8AkxHgRlGQ"
    "RuQPatwTmm6gLOdWfn87/eZDaMQuBJfHT+ePn516h5Phqlte5HB7R3H4QYY5QSPxybI9Fn"
    "DT7nSI0Suc18DvgDuiysFUWRpjRcbjOXSXWjHVOepTJmYBOkv100C9rRwoItgrurnM3tBH"
    "VlyubsK5rJ2gxTSIVSPk4m7ANFtaWJsL8oh8UrLnhpLuxsg16dMj9yfuwHcVsthT4QYY0q"
    "nzwho85q1ez1Kvs1+2uiUI+42Vx5brRgW9aCmQS/P/gB1GgNfgg2w1a7VuEaYeTIQ+GvqV"
    "KzgqmmSs0PeTi/sLkXOuGy7Fwe36s9kjvpVo3K06gSiOipQgFNgf8AnQRv6ZDsCDHHGCbP"
    "zhRCCWVtGVkB0aMwJ1UAtscsLKSIc8d4rCj4aWoty0vY7HX00lKMchC8HSWZzBdjTJ3+ja"
    "vM47rKJMxqKlYlFB0M93nZKHHoy5rEoS8r8wvrgNzx9KwvXzbySXpZ45P0spAn28isP8Jh"
    "FyuN9deUaPK0htWtZrWRa4xcY+SaUrnmGnh0URo3oO7UyjQC2vSdxgED2PwPjhcne5h7WF"
    "VyYS3fsoHyvF9guojQJ6kiEjl6cJfDtzUcYOKHJbdlllpsMgz8hZCVKUM25GMLffvLTBH7"
    "GhpDCb5NVGBA1AulkLA8sQDpyIYuQ2d0j12mR4y78/1IgBqT0YQJmfyUclcM/XBySoXvoW"
    "9gwnRA6X9vvcVkiVENROL5Hj9mZy4m6Qg4p/Kh93wWKnOLE0QGlx6NDFKaA6slQPPLl7+8"
    "P4cBLbdxkl8TsNAmKYyWcl/XwJWlMmauCjNXCmbaE/RxzpJ1UCDbPtSer04NTUGOCQy8jV"
    "Yy7vX96BtQBLrap76EtBOQ79uzPjoYrOOLmyU11rU2S6Hy1Kf90ciRbSV2pdMfZ3Uy1tnK"
    "UiQmNkh/BzPuHz/EBmZcojujRWsnooeqRLuae+fegxP43pR7pa67uRa9OqVaMPf6PNe4gX"
    "LN5g/OiCcmef8uXKDmx0e9VI9FGVApNyuqkizXTZW8ElKPFVgeJlt9OgCg4WB/bPtTYMex"
    "63gcHn3wU5lqbX8Dr9ZGdUf/dJBpVe9gjZbkTqyuCRgTbFQT8IA++jspxWgs1p09fxVODI"
    "/zhfuE/1yHVlD2cUtu1n7XZHEXEbVr8EnDz/0TgZaXAL8mlqxheMoGNOIxXhcDVfEQvz3T"
    "ss/Tep2UOqSljh9xpZq8S1p3vkCHaQExe2El4EfwgPal5y4V8w9kb1TrtK3FptrG5QMPf+"
    "4OnDXCPi29LUj7n6J+DhPUlfJ++hUtF/gfL/j5UDFtqQ6FljJq6CtPmHSzwQkzjNqtPGFi"
    "CW0MRKYa2epgGDnfWACeMx7zQOoxBNXtvud8JtjTqTMOKFOq+KOcxR+fv+7/R4lyZNsDUK"
    "LS0AldDkdWdCqC9St4FDdNwRVPF7DaJyE7+yku7R1aY+jz3U+J/48I+VREE8EaNhM/wNre"
    "/nw8URV9AsvDWjfDJZUIh2HhweaojxpkB01BiiEeC+7i2RqmP4UpohqIHKEsJxBSQwRtsa"
    "45UMPCC3lAVXzi2VMTmC6GhqNTE85v6ggxg27R+YqwxF7v4Ly+Vh3y6DFWlZZO1lI/Jukl"
    "9aV/vSAxPi4xXahoTQhoDCLb145QKVq06fTzqKbF3YgUaf7nLIrXv/FR6FdYbtN0nfeMuP"
    "7t/P3N5RUd4IU/D0Y8t/NDX3dOqm+5T4nkggAgk2fKmc5xy9PFP6Ey6G+Cfrw16YAfExns"
    "dbHfSOe3Usi49PiND//btYjRhg/BFgSM7Z1wz3gAx5my4626U3u2tZI2q8611Sht2YBWWc"
    "Op9FhRUr5JsaS1y2g7tZuqTxYPcP5VBReauoOlSDqxs+4hoBNfKg2EVfMOovusUVDys5qg"
    "5GfFoGQYMSw9HFdbfVMkxu6rafd9VIPgv/8/7Uigxw=="
)
