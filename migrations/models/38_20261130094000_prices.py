from tortoise import BaseDBAsyncClient

from migrations.indexes import create_index

# Each step can be run again; what large tables get is built while others use them
RUN_IN_TRANSACTION = False
TABLES = """
CREATE TABLE IF NOT EXISTS "price_list" (
    "id" UUID NOT NULL PRIMARY KEY,
    "currency" VARCHAR(3) NOT NULL,
    "charges_failed" BOOL NOT NULL,
    "charges_canceled" BOOL NOT NULL,
    "prices" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_price_list_currenc_96d64f" ON "price_list" ("currency", "created_at", "id");
COMMENT ON TABLE "price_list" IS 'What predictions cost that are accepted until there is another list; never changed.';
ALTER TABLE "usage" ADD COLUMN IF NOT EXISTS "amount" DECIMAL(30,12),
  ADD COLUMN IF NOT EXISTS "charge" JSONB,
  ADD COLUMN IF NOT EXISTS "price_list_id" UUID,
  ADD COLUMN IF NOT EXISTS "model_id" UUID,
  ADD COLUMN IF NOT EXISTS "key_id" UUID;
ALTER TABLE "batch" ADD COLUMN IF NOT EXISTS "price_list_id" UUID, ADD COLUMN IF NOT EXISTS "key_id" UUID;
ALTER TABLE "prediction" ADD COLUMN IF NOT EXISTS "price_list_id" UUID, ADD COLUMN IF NOT EXISTS "key_id" UUID;
"""
# What a model reports may be anything; what is no number within reason counts as nothing
NUMBER = """
CREATE OR REPLACE FUNCTION bounded_number(value jsonb, most numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
AS $number$
  SELECT CASE WHEN jsonb_typeof(value) = 'number' THEN least(greatest((value #>> '{}')::numeric, 0), most) ELSE 0 END
$number$;"""
# What is charged for a prediction that ran, as its line in the ledger has it; null where nothing is. Of the prices of
# one unit the nearest counts: of the version before of all, of the device before of any. No amount of 12 decimals has
# more than 18 digits before them, by the bounds of quantities and prices.
# A function, so that the statement that ends predictions is planned as if there were no prices. Whatever it meets, it
# raises no error, or the prediction could not end
CHARGE = """
CREATE OR REPLACE FUNCTION prediction_charge(list_id uuid, version_id uuid, device text, status text, seconds float8,
  tokens_in int, tokens_out int, files jsonb, metrics jsonb)
RETURNS jsonb LANGUAGE plpgsql STABLE
AS $charge$
DECLARE
  list price_list%ROWTYPE;
  pictures numeric;
  pixels numeric;
  result jsonb;
BEGIN
  SELECT * INTO list FROM price_list l WHERE l.id = list_id;
  IF NOT FOUND OR metrics->'cached' = 'true'::jsonb
    OR (status = 'failed' AND NOT list.charges_failed) OR (status = 'canceled' AND NOT list.charges_canceled) THEN
    RETURN NULL;
  END IF;
  SELECT count(*), coalesce(sum(bounded_number(f->'width', 1000000) * bounded_number(f->'height', 1000000)), 0)
    INTO pictures, pixels
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(files) = 'array' THEN files ELSE '[]' END) f
    WHERE f->>'contentType' LIKE 'image/%';
  pixels := least(pixels / 1000000, 1000000);
  SELECT jsonb_build_object('list', list.id, 'currency', list.currency, 'amount', sum(line.amount)::text, 'lines',
      jsonb_agg(jsonb_build_object('unit', line.unit, 'quantity', line.quantity::text, 'price', line.price::text,
        'amount', line.amount::text) ORDER BY line.unit))
    INTO result
  FROM (
    SELECT price.unit, q.quantity, price.price, round(q.quantity * price.price, 12) AS amount
    FROM (
      SELECT DISTINCT ON (p->>'unit') p->>'unit' AS unit, (p->>'amount')::numeric AS price
      FROM jsonb_array_elements(list.prices) p
      WHERE (p->>'version' IS NULL OR (p->>'version')::uuid = version_id)
        AND (p->>'device' = 'ANY' OR p->>'device' = upper(device))
      ORDER BY p->>'unit', p->>'version' NULLS LAST, p->>'device' = 'ANY') price
    JOIN (VALUES
      ('SECOND', CASE WHEN seconds BETWEEN 0 AND 1e9 THEN round(seconds::numeric, 6) END),
      ('INPUT_TOKEN', greatest(tokens_in, 0)::numeric),
      ('OUTPUT_TOKEN', greatest(tokens_out, 0)::numeric),
      ('PICTURE', pictures),
      ('MEGAPIXEL_STEP', round(pixels * bounded_number(metrics->'steps', 10000), 6))) q(unit, quantity)
      ON q.unit = price.unit AND q.quantity > 0) line;
  RETURN CASE WHEN result->>'amount' IS NULL THEN NULL ELSE result END;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'A prediction is not charged: % (%)', SQLERRM, SQLSTATE;
  RETURN NULL;
END
$charge$;"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    await db.execute_script(TABLES)
    await db.execute_script(NUMBER)
    await db.execute_script(CHARGE)
    await create_index(db, "usage_owner", "usage", '("owner", "created_at")')
    await create_index(db, "usage_all", "usage", '("created_at")')
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "usage_all";
        DROP INDEX IF EXISTS "usage_owner";
        DROP FUNCTION IF EXISTS prediction_charge;
        DROP FUNCTION IF EXISTS bounded_number;
        ALTER TABLE "prediction" DROP COLUMN IF EXISTS "price_list_id", DROP COLUMN IF EXISTS "key_id";
        ALTER TABLE "batch" DROP COLUMN IF EXISTS "price_list_id", DROP COLUMN IF EXISTS "key_id";
        ALTER TABLE "usage" DROP COLUMN IF EXISTS "amount", DROP COLUMN IF EXISTS "charge",
          DROP COLUMN IF EXISTS "price_list_id",
          DROP COLUMN IF EXISTS "model_id", DROP COLUMN IF EXISTS "key_id";
        DROP TABLE IF EXISTS "price_list";"""


MODELS_STATE = (
    "eJztfetz2ziW77+C8pekb2k8HefRvfHOVtmJe8Z3nDhlO5PZbU9JlAhZHFOkhqCs1s7t//"
    "2ecwC+HyL0MsXgQ3csEgcAfwcEcd7/Ppr6NnfF8VfBg6P37N9HnjXl8Efmeo8dWbNZchUv"
    "hNbQpYbzqMVQhIE1CuHa2HIFh0s2F6PAmYWO72HLW3/Kh769ZIuJz0aWx/yFx2SPzPJsNg"
    "u47YywtThlCyec+POQWWxmCbHwA5tNLDFhnk9dILnrPzDHY5ZgTniMU7D9EczB8R52Ptq9"
    "d+99lveE8+AJdcf3OHXFBjYHKJwnK+R23woHx+zbxAqZA03GmVYuD2G+2ARvDjn8YAGf+k"
    "/c7tE0XUuELJxwFvgLesi55/xrzvuh/8DhMjLt13/AZcez+W9c4M9/H40d7tr091F2IkfY"
    "lP8Gzy4EPnlEHXEdmdlPkRCnlzO6d0SkwGP8wb795eLmgmV7Z5e37PP1Hfv89erq6Hfsd/"
    "bYp7lklpZD3dL1ftT516+XH3+hlsjHYX/ku/Opl7SeLYFBXtx8PnfsY6TBew/c4wHNNll6"
    "3tx11QqNLkng4EIYzHmMmJ1csPnYmru4gI/+czz3aG0wHOndMf7/p/9Sc0u16/fhefu3F3"
    "f9/lFhweMccqtSXRoB9ACk44XIgX//LvtNEKGrRzjAh7+c3bx8/e4HwsAX4UNANwmvo9+J"
    "0AqtfsLwBOYJLB8AoAD1h4kVlEOdUOTghsnuBugIoh2AejS1fuu73HsIJ/DzzY81IP/t7I"
    "ZwfvMj4ezDNib3ts/qzgndQrgTePnUclwddGOCzoF78vZNA3ShVSW8dC+Lb7QR93EjLuJ8"
    "B1tROc4FwrXwVmjGcEdNEryTr9weAK/B9+7i73fY81SIf7lpWF9+Ovs7IT5dqjtX15//HD"
    "VPseHD1fV5Dn1H9C176nhF4M993+WWV7FZp8hysA+Bbp113gT4+Mp+kT+/vr7KIH9+mYf2"
    "66fzi5uXr4gN0MgJ6fLl57sc3qOAR5/oAuIf4U7oTHk55FnKHOi2Ij2O/tgVB3a518AD2t"
    "eeu1RvZd2rcPnp4vbu7NOXDFc+nt1d4J2TzLsQXX35LrcrxZ2wb5d3f2H4k/3P9eeL/Cc4"
    "bnf3P0c4J2se+n3PX8AbkNqOo6sRahmu5w5nmpwvUm+B+we077WI2REmK7gdn/b1WZ0hNX"
    "xuG59R2Bk/ps7heGFojR4XFpxEMneSBSEiKaz4kVWUv/z1hrsWgVlkuxLRb2UvB7iz/x4t"
    "8+hqssMnIFkzp//IlxuCdDZz/sqXXcUoUcusj9An/KerAA2tcDThGyJ0jp10FaGUOmwzlL"
    "7EHR3sV6geqQUfTnz/sS84HL3DDdH6Jju7pb66urboWfuW61hi03eQdqkz7KmrYDnekxNa"
    "W3gRL+OOOvoiWqMRn6HwYyBrvMtHujE47m68d31Rnd1gX519HW3uhU7obLpxXcp+OnsERT"
    "MYvIibyjLQy2WXXj4UA/0Tv0owzN5K0HSdqVOiJIigvPb4nQ//Ww0o2m+vos46hOn0ZJrD"
    "dGp51gPNErtD4gIEFfbtGJ96I3c/ZspqUzdZe0kT7mDT0A8Eg02Sjf2AzL/Y3ylZpieWYJ"
    "6P1l3602IL7jxMQrQTvyIDMNp+aWSyHeMv6Ah1QaJo897PsGj8Hsj2ZLXGm9jzC8FmVkB9"
    "DOdiyeDb8MgDccyuZQc+2qsFsQfJYHga4H3aFA8N4REWlhP25J/B3CND+L0X34ls6MSnhj"
    "bxSmM0cVbPIp0i2a9Z+nn0bxuYoOUiKWL7i+tbFda7hCSH7RhpdvX1fHX84/6B/Xj99fzq"
    "gn25ufhweXt5/TmryaSbWbPRzcXZVc5uNAWG9PGlwDkUcL70KlDOk+Wwxs324L4XMF345w"
    "8nr9789Obn1+/e/AxNaJ7xlZ9qmFE0yRFGsP14a0CbIjPQVkCrll9/BrvpNFI+rrF+sx0Y"
    "uItwz2f2mibGLKUxLrfYDhUfjRuaoYqSSfZQVFwqkdRBS+USYLS8UZm3WM519BDPQQWhAy"
    "4H1iI+P6bPgPDkZJ6lZ/9wdvvh7OOF9H6sEPM05ZcbPoZFMbnzH7l3VCLCZO7XSjGBbAnn"
    "5KjpSkEG2M0UGSOyHhsu6TR/+5ezP5y8fYeH8TL326aEJEwAmnbkA7uYcA9uwElfMP7baG"
    "J5gApJMEjs8d9CNlBLCuY46LFBwGeRC8xAkpOoYHliwQPq58F5gqs+LFcQGgJeJTP8Gllk"
    "FWeTYY7+kZMnfkUvWgeejpxqK6WLct+1Og/MDVzW2vUmZV0E3zXxEHxX7SD4TvkHVssaKW"
    "Y1P0dkidY6O7Tui7blw4PxTOva4aGJZ1pqd9Pkepayg1w/EC43cklTH15tsUAYl8OD4G/q"
    "aKTL4xyp4XOb+Zw9tzZVZGeptqnLbi9rV2izCwJ0AeMSbTaIFM6D91e+bCgZd89js5cTj7"
    "Mrq4GEvEI1sT1pOsK+RJBOsaVahk6tgmbSMxrG/+B475kFraaOu0TBNyMZk4VtMXFGEzJr"
    "gQzsgrx6ytC/RYioDU4W5WI0znH4jyJIqyTvXQ9KUvsUBGffJqF94i+w2ZA/WB57Ka34n+"
    "j2Dz32GQcgI6IvOBsH/hQagkDPI2OfYI98Fja05P0a617gRkMx/OAiTing9M2BBZwaSbES"
    "cCMpGkmxtVxudMKE3X+tVztNZ2SINnNYfs51tNUJRRdCrHMx7U0SBpxUJww4KSQMaI+nUX"
    "tfmvWls3KTpbZotq7Rsh2QbtlsWQF1xoy4ocNv3njZEdz1/H41RVgVy1giwSZRjtUCrIqn"
    "bCbAnoFkRrKjpTw8yYqLTqHKinvKBjNYD85vynZrhdKuy6bWEqQ8JkAy9I7ZANMY9dNmXk"
    "QJpEzoeOp485AX5dg9j60jefYyIkuH5M7DzHRE/2qcW6L227Gyt+rY8nOTY8vP1ceWnwvH"
    "FvmK6cCbUHQQ4O2fC42PyJZ9RFIq+5E/Kwvc+r+3158rTCIxRV5YdUYh+3/MdcQhOoXUAI"
    "tYZETUQvqofKao3AaNHeTTRxlVYPWaN6rAPagCW6ZbOBAmN9ITpY/TunzO0xpOt5nTAX8C"
    "uXw955E0peFym7ls9JJGL3nAesldatpkTqwSRVucLKtazxZHpDXRsmH3tgxojqKb/YWHwd"
    "pR5j/UWwl/HPbg/9JvAjVhwp0/MFg7S8FC65F7ZVq0rfVNTh/Cms5cLgbMCjhzbHIjKcRv"
    "U9Q4jkE6OPQmYfyJB0tMmH7KBsHcE7HbCIC/ZAsOvU0tG8CxQMYKQ5czF5b5KYz4ZAUOgt"
    "qXsSBAOfLnsL6IGmZN4SKCRc2E7EwFjhyzL6nJZZKvz6xYJyjjzVWMCQxJt/pwUBe+N6D4"
    "9RSZ43mKTAakLLgI2c3F2cf/ZvCM6BykUHM8NuVTP1geswGsgPHYGQ2YwDvS70a1Fhjjfu"
    "8tJjhtTznjyFHYywG8GNDu2Pan8PocR938cBqH0RcmAT3AgKrzKOuS5Jc3nw4xBN8f33vx"
    "6MOl1J1SiD4xbWS5LnU8rY6UoZbqlaWXIx8hk8lCn5XqpO9OXR56mTEqErajvfCoV5aBHv"
    "eKOPs8ZZ7Hr1tq8Ejd13RY/CW2MG42eLLp6JJqG+PHK7XZwLL5qnHjTk2yf6MCb8kpY9dq"
    "xEd4Lh1wo/YdBHf76u/0tAoYV2f5z5HtD+qjZ9gYdpLi/8kRztBxVU6ypms7S9XBFf6qyQ"
    "p/Vb3CXxVWeGg9aNkgovb7t0CkPoXDueOCbCCOcbzn+BjuxC6hpBcti1BCYhiydYagKFjk"
    "xrnzUBmyHVHsL1h7V6mhVKT2f5ycvH7908mPr9/9/PbNTz+9/fnHOGS7eKsudvv88s8Yvp"
    "1hRDGeOy9OF9GvhL6MtDNsMAHzxva5ge3T5FjqGtdLjCeFrLeJFkaX61lKYyFrD5OL73as"
    "KdZlcobQ8Lj1PFYqfx15OE/XxUiYZjqfOqVP0as01k3rvlJpQvNKtfmVUsYqLdVHQrKRsH"
    "04XN2JVJ0z/ulwoIS0HWoPHLYzao+09bSpbSxNY7xu6r1uCKsiuMbtJut2k15SGb+bG9j8"
    "by4/3DULCIxdL0o0ebq1nf6m+uoQ6mVb84ZQ/U320lWQTLm+dpbrO0io+G8zHoAw4G1a7+"
    "oi7qhLUO3cfzLe0av8KNNb/gp/yv5Tum0Dx8qoPfMDJgs2quTQ0iHyReSniBmiBfkRjlxL"
    "iFM2EM7/8v5wGUa+czJ7FQUYo7OhOy8NWd75eKXOeBKbGmc8455l3LNaok4y7lkH5bwiuO"
    "XyEnirPbMSik4AvG+3rOQ7UAS90jKfJTJ57E0RHC2ou2ugTZ+Mmp5y0jRG0VavaKso3KWt"
    "aIsDqg4T1JWatvSaalOEW6RIKpHNUjqmaqnsKdWoUTpkZzqdE3UcLEUZnqjrngqMslTpUA"
    "wsm4EsJNgcuBtgaBi3RIncta2OZYSbPw9GaNIdy+JC6PGMBhHxyG28AgJcX4wmfGoNKC/y"
    "wKcHBLHtpUqDjMmUfcvmdo+JOQ4rJb1/zS0vdP6XtAw/kIwXxV3dexgAyR4szMCMcVhqmi"
    "Q6xnPFokiBA994agJXwmP2beK4XJZLwiFCHxNfAS7cZtYDrEeY79hyXCyTJxx4AzHsjmLN"
    "VJEkytjck8+h4t1gVhixNnYozM/zcUAJH11SwmkMM4i0LwfB3OUKDYqeGvzQw+Rc/pAPcD"
    "QVEhgGS5ih/3jKhn44URFprstk6FucDBqGpGFttuTwiDCvEffCPojTvmcr6RiRdn0MXYR+"
    "MasABtEJ6r2HpWLjmLixE4hQPSBqgkb4JY+7goZOwKbcdhAFmkycmppLWpjAENZGXOk2Wl"
    "0LlM/h4aheKaDiMcu2ZiGGz0nvyGM5oNQYwas/iFahrH0rvzc9/PUIHy8vCk6MYRjhAB5F"
    "JVoUkseD93KxJN1ijKHqlIgaqggoDLBxxN6K6LHIYijXqap6WRdCBt+CkLM/sRdfbi6+nN"
    "1cfv7zi0LsGkLeXx0yF1srJfQro+ZUtyZ2rVXKEbkcm0s7CYGRdEokHXq/dBQiMUEnBPZd"
    "a0SqfMSqNSLd8g7bu0JEnscIM51FnSXr4NLefixmcvTVUvhlqDoB9L7XeFbK0FnmRcou7D"
    "G5Pfzk5yab+MnP1bs43ivkNUXDt19y8KhNbZoQdWKl79o4k0jLRZyrvRCzVMYVdANPw1mF"
    "k0gN+AmJcf3cOkMcbzYP13gl8nQmP+0mb8U8XI8LBULDho3ehbGv9w7I9gb0TULu1YlxnV"
    "NmN8+X2z/12M4DFyWG5mqEE4ru4bv9ogR1ThJ1ySO24CfRNqSfJYkEWYJ0du6YwJzl19+5"
    "yaCmg3pMYFDfCHW8rbXc0zQG+/Wxz9iuiwyo99sqEJtw4fZ4atGl3Lk0bebXeduKlO3QW3"
    "QqU1feeaLIoF9c36o4d5UR53g0RupOvYEfr7+eX12wLzcXHy5vLxVL4leObuIluOBEUZdn"
    "VznUrTDk01mJJFF5xE1RmNxc+XOr9KvS9AfNEG3g33E4K3elM0eqGgw6zvXnXuiUuIGuKA"
    "aTJTVf5zZ/nU1Wu+pN6jDd55tktYvc8DR2yxSJ2Suze6UJRjDBCK0ORkjSfuQ3gS2g2jxn"
    "RTtf/pWwpna+DZKppF2Zc4rtnSQIORCwTX4Qkx9kN1DJGk39gMOUxaY5Qj5RZzeyry4hts"
    "sgNPkmloSgxa9odQDaMG6yMvzsE1YamxXLgakgkh7FEjkhn4o4XkxVJYvScJAPDrPYzA9I"
    "00eJPUh8Ocqhu9PBMEztbsJVC0ewAf0lBj0VtuRSJ4P5DMPQZOiRH8hoM1SKcxvjhgYBD2"
    "Hd++MB1ifzQ8uNK6tRUJXjcSFjou49EtKxc1Wqjdpx+xRGxkcYqGwlMtUJ3E8/+HDJQLyI"
    "QrBgWduDJLkJFhmTZHQH67053pPlOrYsr0azkA1GloeRYcHcg/mO8KzhYlfUrTUEkPAXTS"
    "xN6auKdjRtD6vQEcj3XmqK0B8cNB38m8K8ong0JPgtjBkw5A+OJygGi6ENWQYYIto9BstS"
    "UVBsCt3yJIOO2TcnnMCDWa7b9wOQtcIJLBKYueuqWVpUsI6PHoEz+fgzCmxT6Dmir5qpQn"
    "KhCiCUbMFwQB8f8d6bWo/Qb279OSGb+PBCSv6i9qWnitoppeEAQxVpZO6NsDBg6D9y71TV"
    "ypOqmgghDCCUVfuWMOd7L/D9KQWrwQbI1Xwxii8ueUdBgCpOEdods8swO8MHLsMEB7PA8Q"
    "MnXMLC/OxnmqTekXsPevNhFVCYnYWrh4ryYS1DChuEBTXzYQeLI/cCfy6Zdj3j3tnlC8HO"
    "vlzKOD4W7f7J0sex4E3LxfBFfaVC8OTiVOs/iQ+kuD3XjRY5xUM6I05F7frR8qZLZJdIWH"
    "nvyeVgBQ+4HJYKy0e+jMlw3vA7KrZI4YLk/02jIktXFO7Du44NLAcGeaNlHzorhAP+mq7K"
    "WVbALxsv6FoAR5N4Qdqx+z7wgDbymmi9FF8ri9ytjhGU48kNo0F0omwYHQcKpe7Y2eePsM"
    "tgTZhV5f8Ueo2m5zpPvB/Viq2dXqOho42/2eCy+aqR404LcDThU3rezWb1yGcrqz/iNCiu"
    "MIBz1xOcLToUzEmxnG8OLJazIvFqtd9bTNDBaIrt+73BQ861ouBigg7Cu4P4t9AK5yUSYH"
    "3o7LzMnN0FgLcfOxudyXQgTtN0zzf2XROM31Vj/K6AsZQFiwivCC0xvmobOsgkhy6Nc0aG"
    "yNjL8pEKUkGhA2iaxuCZcybKKCBKFJ2+73LLq/ArKhDn4B0C9a4+efGV/WJ7fn19ldknzi"
    "/zwdxfP51fwEeQ4E88uYqeR4nqRhP3LOEeMY/kk4OFHL+zMPBoHgSo5CjiXulDV0LZoViR"
    "rXnTRXq6IrK3U9guKuFN0+3PR/HVblF9ffLTuxhQ/FGH5e2ns6urIqA2t2xUPq5VTzBDap"
    "zp2uxMN+WhhSoUnUN6msYc0zfzY4/1+TonywKhOV4WPgeJfUMH2QKhQTaX4Z5sPzqQJhQG"
    "yyyWZOnWOAvG7c0JsESqQeu/BphxexOakoeS/B80oIzbGygLCTDnoxHnenBmaAykhYB/ch"
    "vSwDMhMGDmwYyclzTgTJMYQPOAKvcvDTxTFAbOwlddeuDpfNcTCgNnQU2mfAtLFL81qWrS"
    "VJ3BdM9palAhprGKo+adgXt7G6wJQ98mnCZo+vvQ86acYjXZnKU0XG4zl1PO8bpszpEaPr"
    "eZzxjNUGRwdV78qH0XnNbq+LiLhPg8CMoys1eDHRMYtPXRzoeCFHCv9s4sIe0CB/Kexs1c"
    "jet8jUvqyFCESX9iiYkO4nm6Djoe7yAhbzpIpAB2rQNWntS4vWn4YJVEU2kfhcu7MGelNp"
    "+VUiFhuvzOkRo+t5nPJi3Yd8FmUzz9u2BzJkhX933O0Zp9u82cNqnotuxWlsqV0Dj2S2wj"
    "q2w34YwKO+shmqUyoNanS4zSTWTR1c7r91V1c5iQrszql3pLG+RKNCkom6GqmYLyKUlnuC"
    "GwzRMjHiq02U1wg0yUyqmnT+mQSpRmurkWr5R7RUdw10uJl8pBz4cT33+sBvTa43c+/K8h"
    "rN+S/g7yPF0OrG76QFpcVSkEo5W3Io1gP3IAWp1L8IyShMkMcET7IkrYl8tVd8oGsm8Cmf"
    "KHYYqxmWuNOBsH/hSdVgZPji95LShdmsqWJtgi8L2HYnLBvY9emklM9UzbTGqUQiIxk5Jp"
    "D0fn6pRMadYU4K7038pR7c+H64CiX6I8ZVoG0wxR90ylb1+dNLDdQatK4x3dy0mD8QZVRL"
    "o6YjZLZWrGbhA0m97qm+7XaRojiteL4nEW4w2lm67lNM/LNuk1lZFsPpzdfjj7eFEn2Ggd"
    "19c5gkYH8apTaOqgvuogmpIRVp9Fv03gHBf6LORxulnMppw6HsqcxVgmzwHpUCaUxSuYkH"
    "rKhYCHkomA8XAInOKieObcySiYyVrlLGYABdKJfI7i01R6YqckPTHOIMouDIP7gY0JnRUJ"
    "nGitOJfzggtMGayeruRMmzu4ZhKYYiroxrlLFf/6tky+GL2lR71iClPMIMjZn9iLGaAJD/"
    "WiJodpm7bh1YfnVm7CdSdlo8PfrkkkKNGEVntwquadcGfbtwMnlZ7RxDtNY0BfA3TauXVE"
    "v5igE3DvOlcsnRA0NBZxexNvVhG+pyU9p2mM7LyB7BwdHAvY1/vTpMiMK02bXWlMbOxW9y"
    "oTG/t9vDbGc/i7YLPxHO4smwv6bB3d60rdd+QFsWvNdxv0WNvWe2+ky05V/CzRZGfrgVbr"
    "sWfZdiuV2MBpdFiQ6mTlwlRUQpe2QiVyvYr4PfM9d0nXUbks6/NldcJUx27seI6YqGJxi2"
    "M2cH0huIjrIsKNe2/hB4+opkb1NszFw7/J7cJ2uI21HF1Oqmiq/ycLHFoujADdwbVHmqEl"
    "RlLb+54JTJUNM8Iyf7Li3733ciB4AI93TOV7jsXEgld18AP0QOWSBkyMfNguWCr4FuvBRW"
    "UCqb2q0+fjXNT0sTgcTGlsOQGTfb6Xj4RaTCoRKTEJ8RElxiM5OVTb+1iN0mPWiHo7TpXp"
    "A0obUSAtPGJJnbOJhV4p0Ak9BZxAmYt1IF/de54fwFP32AmbOA8T1NYjQFh98FHO0iIuR6"
    "N6HFoN/TmCPg453pZMwClLFkjw5x7y1gl7bAhkY3ogX8ADqpKaAzEXMz4K+w+BP58N3iM2"
    "yA2YqjuO7QjIOaptiHjPQwEo9+UoRCGiwYXl2HHZvngePhf35H4zsZ5wIUAnkTWAP3EPLR"
    "L4SsUVEeEPeZtWLqzOHnNkqUaAj5bNxb/mloslL0cTjo4DA0GLVYIMLe494CRsSzBSOlZ1"
    "gGtYyGnAOg6lhxCweR7Sv1i4Uq5i138QZNoh8w0sJ3J4oc8rG+B7y2cwVFJJ8d779voDox"
    "uwtLwQi2QCo2UZU1WOUB3SoAMR+rAX9LFipkg8kKxA0SgQaGHTM8v2+BLc0l/nRPiDLEXK"
    "okqk0kNJ1SGlNxXf5L6snjmIaqpCE89n8kzRw1+P8AFT2wego0qDWsCxf84JIXgRoD9pyZ"
    "JdsmiZR40daBDVaCUeHKdKqUbbT7L9xUUa6QW3HmCX7917Mx5MrJmQ9rDRxPIeuDjFmpVP"
    "TuB7cbXJ2K5lybeBvRzczL2LpBVuCmceFZJNWeIIRypTKp3D7j3H7qU8v2Tlzsj/C5dANB"
    "+LFme0Pcq3/wXsK4PYbQWrxUa5yOVeBngO/wlvlaK69yIyZCrWJCWXtClX2yG+l9NCGU61"
    "WQywLqTlDJKFIf3a8LVi+Fah+fE97PcA8JPjzwWsdjGDzyeXZW4H+A3Et9ujX7DMcC5uP/"
    "R9t4/zEjh/zZqe95761JzKac0cj15NmrQnt/Zccc94GWTre8r9pkltz3uvTcU9SxrUGUGT"
    "1d8HyCstoIUikXG1OvxQ0r9zr4HNNTUc5U1qYnKdC7S5wl9BKI2ulVOZew96cwgaVBltMg"
    "XJzObj4ta0paGzPuRrcyPltl83o7KaplRYNKXQqSwsuvmaocPHGqjRFCVx5aToAxHPrvmc"
    "Yrq1cIuyxdYVZM2xWBc0PEaLlfVZK2coj1BRMdnVfNV4++Ac1qTMb7OZqTK3hdmlVY3N50"
    "ZUzVfaLPBH2GnZGxoH0GiMjjWG4wClBlO4/MxeJsu9l5nQD4UZpSvQNJ9URLVqSqneC/WH"
    "15pu6vuX1TRpYaqObqtmrwarXVLx+Z4+yRrlktPTwT5WLv1ooPrprDeD9ao2b2fsuafkAe"
    "2XP7uaEnklszPsatoWHCGXU3++chXlJ0CzSi+tMj5WRmk0nl+soKubWzRM7ZpKzyWpnLvB"
    "rPpJLxtPrlDfZ012Jv2smlZmxOzcTMzMs3oCmjLmpoz5vuDdfhnzSBJq6I4QNTe+CIVCMp"
    "EU1tjDLyLY3zo92tXOuutNwFQPTS3ZbVQPTc5COg6p8zIPvy7sq9v3SCVVdBHfah/KmMA4"
    "UG7gQCkNVjq4JxSmUur6uJOBUAf2mMCgvkF9WkxkDqDaWgePLFX3wspPmmSEPqnOCH1SyA"
    "gtEVNxiUWoV2SaTxN2Ae19x86gy4EO6FH7Dpyr9w31lMN8RlobeYrEbOXrb+UmMuBoq5EB"
    "5IyngWZCYMAshIRFRu8slrWVEGIaUwJBowRCxudQR3lfIDSl3AuCYco5U3MxF4nNqtZY1b"
    "GbhM6KzhCZ1WwC376XUJmMdUa6WmmyOKEykVBtZ+/Devx9MOHeB8DftJubJo9zpIbPbeaz"
    "qVz2PfN9A34bPh8En0Xoz/qCwxPaJTqlX1zfqtAq5QlzbB4jZadY+/H66/nVBftyc/Hh8v"
    "ZS6UljXtLNrLR4c3F2ZSrMajqBmQqz+8R7+xVms0G+OtaWIqUxuqxvdIlCcXX0Umkao5bK"
    "p+GL47919pAcWfd27LdvG+wgb99Wp7l/m99BMgFATXHOEHUPZVMJvCsGg3RYVQnuzkOlGT"
    "dPuZYxt22rXJpz/+Pk5PXrn05+fP3u57dvfvrp7c8/xnbd4q06A+/55Z8R8gxrqgqWPEv+"
    "8Jbhv51v4/OV1mkZnKayzh4OHLuorJNNOKOzLxQpze5QcLyjLDk6smCaxkiBG8QMUBohHe"
    "QTCoP7Bt7r+SDqxttJntDsJoVwuSTBlA6yBUKDbBZZmX1LB9KEwmCZ02GYrM7fg/HMZHX+"
    "LthMyZTWYnOW0ljC28zlTJ4b3V07R2s43WZOx0njNM46aRpT4i5f4u65KgYezkuigWY2JW"
    "VTQLNUZonWVxrG5VdEV7vQ8FfVzUEu05XlFlLvaKbawg3swDeXH+6OirvqFjD9FPVzmOt0"
    "JarpL0kDWFPJgzcE9m9JTx2FNrsHVoCLu0J5eZa0YOf6lt2flwbaniviX/56w10rqu1RsU"
    "FQR1/FAYtwBdRL/b1U2erSWpU6gKnq4B9ld8uuwubPQ5AZNgXrWvbSJZDw7Wxcnr6wDKvh"
    "jOooNV6B3fmsE6YalY++UkaXkqJHX6NUL9X1juZxk5Wlju6wtgi3H2QZIllRIk4fKzChr/"
    "2eyktgrBDj1mjSY4vACUMeVRSSReOTShXcs7GsSrFe0u6GkkWXpphvWVUasjK1LRT1aB4E"
    "VJ4Ihh/Ie3FxFkDHl3U/QkETEKds6IdwI+DEGmiHdUo8uIalnBxx76nudQpuUP2M0YjPQl"
    "Vyo6TrEdbHsbwl/TpOCnKoXlVNjqTYT6q8S7E8RzSCql6E9UGO4rclU7DjH/E7o97qZKEm"
    "GWVTinFsX5OEmNZgPyaMXu+jXl3NDd3u6wt6YPvSvMWpBMm65qscoclmbLIZtyyRKa3QtY"
    "KJSmjXjCdqG+q7DijC1Jp9qu6nkxIoT2YSA+Vd72TuTH1kC3QG2kLOJToulZhY+MiZWm45"
    "rglR3rYiqY4V9cEe20t3CNgZPp1dvXz9Y0/5MyabQbRHvylsxPJwWMS32ukroTBOX+s7fR"
    "nXpO2e5FphsOsknsbVa3tYGlevdQA+CJ+Bgv2w2nSgpbbU1ceRDeGoTCEn7/RqNXJJm0bV"
    "x2WhWcxhjsoqVIqRGHxKBbQtjw056cvgzoizQdrxhfREgoeymqssV4k1Zh1gA94ur2O+w/"
    "FIOYeQpVRzIan7AqrpK6hGNpWenc0DWDE8KTXsUAXunlKQhRO+lIWuhQ/drlnMmeVqOZ8S"
    "p99LfRqWLfaYLMsecEplR0o1zw/vo4JuDRVoVMRLoYDarAotWqWSyhTXMuqog1dHaUbNbR"
    "Iv125od5JTherde6EESgPmPF0H8X7VCO9XNXi/KuItnP/lawWNZ+j2p4vaJdrPEjNu4vaf"
    "nwf0r8ZmE7XvXhD0SaO0Kyc1eVdOiolX1BlYB+EUSQdB3npFSjGxTt6+0wE4oegevttPam"
    "N0MZXQH7ouxkTqfI+cTukxNPmcpTQvdOvYrKFczYRtGIfsDZ1m19I+I2CVCmiF5iodNLrT"
    "N9NDn6U9C0k7iuMKVJDKrlAvC+dOqTYWobUUSv8bZn07SfnKgVt2Ufm8q0Ga6GcVII4t1b"
    "NZ5z6jmH1exWw7fTTbsfdsGigar3sNWDNEBtIVgY2xuW/T0Ma4o8OEdXV0Y3pZZWLFPpzd"
    "fjj7eJGNw0te7i2A+yXTWUcBLmyH5SA/j1E9ivIpOdSkAoCqjzSpgKPV55lvE3/KQp+F3H"
    "UjK3eCTvFosqI92rWhCX/iAVNxd4JNfNdWMSRoO+4x4cuDShSSEkKDYmfswYczj+MxP7DR"
    "6j5QtVfjoI8x90YwrXuPXFrj+BknZAEfAZE4ZhheAz84TgQN8mxgOwKBklb64RLOVGLB8e"
    "nYm1c/HrNrOQua3sARfdjdoJ2qJQ2PYj2Ryf3eG/vBlGJm/vj0atD4dNXIyN3Or/zqE1Yr"
    "P0h1x6lnSw7R0n1z0yNUUBJkX10xXDXvhJ21TuWxi5LhQyonqYd3msaAvgbo6nNQouWpy0"
    "mfojLp6DXS0Zva7Edbrc1uiteutZEcgsI6Uz0jOd/q8jlHavjcZj4bg3Jn2byRc38ztVCU"
    "c2QvSqE2SI47UQltQ80TpxOqVvekMw6tVPtE6Y6WTfU/kQoGwxlQEdNjmCXDEjLtSOAvKG"
    "0GZh5hVP+OwgFW6Ig27hP1SNdf7758vaMgiKvrP98yzCfErAfgIV2Tf8ksJk6Anb5nA8+H"
    "ZTlgFJQglUSw2QngfY8NBMdMKHgtUuccs0GIeaEignsvJLOacDCiA1tGYFK8g2thDpIok0"
    "iikAJ6S0ZiMI8v4KyPTymqdEJ5mxq0IgykQihri0uUDdlNW1rnMllCPJD7GqQIya+Svj2n"
    "9740Wwj79peLmwuZYIb9ib2Ycc8GHr8opChJ5YzWHh+wajaB//yv9AyMJdKozlp+2NBQnc"
    "kdoABmtfdlTNAJTU4+TKFRlEJNkELBuxU3EB14YwIDbwN46auroaiJ23cp6mNrmhpRuhVU"
    "B3GUbwQGS7wSlqf9rAQzbm/QrFbJatXOTtNslMKlbeDuO4dLdMAvYF+v7UmRGVVP61Q9GQ"
    "09iJd9LHOuz+QcqdHctpnPRnP7XbDZVOD6LtjcTmet9jJ4ff9h4+baRTfXWw5ftfCo2vqh"
    "GvSa2D5E0rZBJI+AFYOOn5JK2iBQSdmDK5bL7dPEFRTV/4GPSiGbWQtrSbSCDblw7FjzT8"
    "2bJJfa79CNon5KLQ0m3Od5lexyLRSRrvbxSyg6objct4efOZp/F2e2FsVuGzl7dwKYMVF2"
    "pkxhSyFdu07hM5+9P/GpHyxvOGApSs/e2Qa1Z+8pNe0HqbaNvY6kMw2dfhd+8MiDF4LJ/t"
    "7DJVUzj2EwJDYL4IQr/6bAroBjF5SWdZy07qX8cKpdk3Y9MOV3la5HKsPrEuPSxpbjYieX"
    "oQxuwwpEFBgnJ1HtMiTvq5WUqiWY9xnKeOWk2/VqvXKyPOynCjuWuuV0yfvmHUkGPx2YZG"
    "BV6EGqPRoSik5IBsZj5KDhlVujjmSbUHQh3dy+BVu1s68l2uZpjXDbarGH0v2sI9qm6Ixg"
    "22YOZ2tJNz1rZamMeJvbITMn7KaYZogMpPUaAwnWFnQG3+KODhPWlVqDzLJanf8nJa5tiO"
    "zfkp46Cm12F2yTTkZZpP3gqEQfk9zs1eliZplmjepcj0DEdP2HOX/PRr6tbI7B3BNM9t9j"
    "lgykkosSkxB6PgjQWEE6PI2LLz9ZroOnAyHjsoQsMyNGEz61RHnZ672NvNoAWqnO2Gte9z"
    "WUGXsTAbeVEbtapfEIj6kDddS+g/L29tO7y6q68qUoglztvZ2nMx7cG3hwqwK8+lwoEBo2"
    "bMAG23kozeJTvdUkFB3cbLZf34q80QXnJSfSBm7sEaFRM7VOCbFRYooteg5K+a/MZTCWDG"
    "t8BZM2japOyvZsFvgjLgSlHsAD5oRbQTjkVomRsREVWQiVNJJKIODYAq2K+Gd0E3McIK3N"
    "n5wRjw2VPTaQhYRVqUfKfUnVIMeOi5nAeQBPNBjObTj2qkb3XtJqasmWp2wQ+nASj/qhop"
    "PjgPP4QhDlQlDj+wsPiByvP3adh4nKqZD4mgrKwAnneCxHucBillEfmFvBCuAML8GQzHkR"
    "gdSTCSHIJppkbohMpw60d4QAiKHddBYuVf1LuIVSrS1OYbRhgJlA+7EYJOTcRrCxCC6khD"
    "Hy566NtSsxOYW06paPfErJQh9VH4HvTxmlYwck8DKw6d7DxxhTZUyY/nBJdwUPQ/TtBDZi"
    "t9DNyJpZIydcDtjEXwDw3rIMLoalNkG8eR9RMjzi4g/YvOb83ns5EK4fisEPsjJo2vgck8"
    "SPzl4OrLCP/Q1+OGa0JPHxBjZuRyr9KeDiTKmO5wQmTMlP8QGSZdmLMmLAEhzMHM/D5BqY"
    "bx4vyGV4qvJvSGbKtaeaqgW0qQx2cCblg/Q1BTZrnYmi9h08Ee2mhFnZMq6MQ56VLmMThU"
    "wnQfoOaZ3fY4oOrtbt1yqDDT5Yz1ScpTQn+Nad4I2Y9p0xWW59fV09do5sf9vm0a5OTXuo"
    "PJ0So4pY19XhzRGaMrxFljQrw5uIrXoMyNIZ/NfFP6WQ0GNAjrAz6bv3jH9a2aPHgDyleQ"
    "fW5UGkPNEx8KRp9m/bSakvhnPHDR1PHON4z6HB2InFJ1ZVakjgGZrO7EdbE8LxfBiWL/NK"
    "SDM0BtI8pKQq19k1YoJ2bBk4bGe2jIIlQYcxpcSGSVtnEtlhdBgTExhmbJ8ZsWFJV5+UpT"
    "SxB23WJ0WmTJ23Lk1jXrytv3jS2KrDkISiHezolLCRtn3ryeB5ys4ckfcggWu4JqXUVZmw"
    "9zJuqQ5++esNd62KAOqqlAmHafUoRFD8vktXrpu59wFLrxyVOHPF93p17lzB3OuP4maNQh"
    "6iGjTkDiSspVCZ0xYT7mUcc9BrKS4wE3krDdBXZyBdcOKbkQLnBWZ08z27IuRhbyNv2d3m"
    "dgqiZrWqZIu+Cs8b8iC3q9cnP72LNyj8Ubcl3X46u7qKhPlq9xpaorC5r1WAsUBsjK6tPi"
    "RPuSXmwbrcLlIbkaht3G6JJ/Rt6MNCOacDY8kXNH279iMqqGFy8mz2HaXm6HlKqZAWHmVR"
    "oogh0WMyZgX+GDsulw7Q8xm624pTNoKvCQb0KdLLL0/vmMdD9JmmL1/cX/lXdA/jonc25o"
    "ri8HmV5cemWKaOcBKYECqA094T/Cn8KSfvWTaaWN4DR2/eHlyVn3jPH/r2kk0sKoZH2/im"
    "n2eaX3FLqXbliAk6F5O4rciV6q/2OobU/UtvnTChtmRH/YT/nLmOVbqhpu7W7qfSncGKGz"
    "ZLiCdTQNMuBRuXPPb32IBe4D/iTAa486R+v1eHf5AJFhNnNKGYjiFnD7SRBWzi2DYIFsMl"
    "bESLimR4exi0NKNdKjMigZzPZNedcIDDzDD3vJHvz73t5dKfNct/VpcArZhgzp0/6OAbte"
    "8ivu8a4fuuBt93BXxN+ZVq9ANu2deeu1Sb1+EKY2r2JuezyfncnhRDLc35fDa3nfCCygaX"
    "nGxTd2tPtha268fVh5ucbH1mO7YKT/bp3x4pvEFED/ypDOOVSm1q48iSJ0M+hnUlK72Pwz"
    "JVwNZ6RmH/xl8IpQNwlww2HG5jJmgY7OGBo7g/nmMEMadi8FLUZ8N5qMKFp/6T5cqAXMlv"
    "m07VLwRDmIWcg6Sl+4DNvSfJLar+slB5qSmUGK967Ozrx8u7/sez/75lLwXnbDB1HgKyQY"
    "k/Ssb88eRN//9gdO9nGcCLs0T1BmBhReMH/iJRR1j3nuvgKX0eYgwPpqUGmACWkOPp3x8f"
    "s4FavSprNcb+UkzzfPhPPsIpNtRfZBJRlxWvr0tHnVpkIESRCjTaQo56mTzUuTr0Fnpbld"
    "Sx0Rguyp5VOqCqRx8Nwy5vGews7PPXq6vCXBRkG81G9bFqPslQtTOqKPLTfDrR/l83FzVI"
    "diJGmHteYc7UtVkH8JYffot2J5MVPiNXvmkiVr6plirfFITK9Pel6aaVptlg6zocA55G0t"
    "34a6uxXv0tGjNatVy3n4jL9vXQjdp3ENztp1R85EvNnSChMPtAbh+wbTx/au0ECUkHl+v2"
    "94Kotk/Zkq1GOUvVuTQAr05+bqJ5Pvm5WvOM93JFJF1HaUeaopxQdA7h141sJ69rbCevS2"
    "wnSt4lmDRwztN1cOPY/ncuq8do+q3LUpnvXSmma6zdzi7bHeRjeTZjUCfXrFSbF8GsCYON"
    "KTYKMzocNHcST0Q2Ch3YYwKDuh7qLXFB+6gsREclZrr4Xq/OSGenW6200J2lIk+knQitZM"
    "qO1UOXrgUmdR1yyk6L5iL0Z6VyYe+j3LGJDQtNcf4jUj1YT7xotdvpaGjJuwwpQzHF2ThC"
    "uqUJB/saqFEw920vTsks/YRVC/rRl8691I4KvjJYKCpeJ046TM684j1ax+49St8Lk4qzGq"
    "P72yDRnaeGG1rhaNJLKr/OXGvEZbZmaoMZgqF7euB1bG2Zan0rbDvROunHRKusOwmCZOAp"
    "szIlTRoPT6hrDq1sS+zs80eW51rl3JqbvRJo5t7KqSXd1trf1kDGd1eypPThq6ZAq08dcN"
    "TfuI4az4doVs0oGqShDTDZDzQPawVCk/VZ1zBo6oJ+N8bB1O6jyegspQlGazOX818DXV6X"
    "0RuOt5njMtZE78uZpjF6jpz6vj2+MoeD78G9NRjTOdcyOCYUXShAn49waRTgUhPfkte9pg"
    "WNprtSmsbsSqV4krBWgLQ6GDVL1aGkvlvLuikheuQlGc2q94IMUfe2g7evThrsB9CqckOg"
    "e63RqH6yHPeoLJzXkvk1agJ5oxYNtKjYVmo0HfLBH2IpMC/sxSEBkUITFZ54h9SWzhP32H"
    "xWpijdrEOpC2UTHxBins9C/lv4Pu5uatlcph2StdVkx0neAuY63qOqrKaSDTHUIgwtwWU5"
    "MWvozzF8eGYJsfADG3q59xaBE4bQ6Rj1uFH+BOWqg8NY4hHmDXdPcXDUZ1IGhThLgpyM6/"
    "vYbD7Lz7ChQvTXIw8elvRs3fE8P0j9kinqvEPPjICPnJmur1GGqIswv21SDwta1RRvK1bE"
    "Mj4wWz/RwhhluVWqi+RE7buUWGVrx1gLPrvTmU6BgxSFQbQEUZfDUWe9DG45UqMJarMmKD"
    "oqavI4RWYMX61mMP9t5kB3a/A4S2nY3Go2t0hvb9jcyWybl96TE1pVrnmpu706lZKTbddA"
    "sUSqGNLLTK1HTD+J2pcROaDFRedv/3L2h5O37yIntBAL0JyyAUcd0oA9+FykdSlAzWehcj"
    "DLaZ12OBqqpAbYpk8pNSnHxGfsP/Kqg7b21PEcxARr2KNiSyq0cFScWWMNUFnOiV+PaIbq"
    "z2Rz75CW6DDzE/BIz9pUixETdE/5vhMFhgPrHN+sIsbnvg/iilexoFNkOaSHQNetT+H59f"
    "VV5it4fpnLVPr566fzi5uXrwh5aOTIxE5F2XFiiYnOco7ady5F7/aL0yefDx2As1Td2zS2"
    "b8AnxHgQlGUQuAPZtwbnmKoLONednS/+fpfZMAqBJ/HR+er685+j5vlolNa6Hx3Q3n0QYo"
    "xRSnx3bI5EnzX4nCM1SuQ28zngT+iysFYURZrScLnNXCbVjXZMeZbKmIFNkP520SxoRwsL"
    "tgjurnI2txPUlSmbs69oJmszTCEVSvk8mbAPFNWWJsL+ohwWb7jgpbmwsw16dcr8yPmxH8"
    "RttRT6QIQ1qnzyhIw6q1Wz16vs1+yviUI94mZz5bnRgm1ZC2YS/H7nB1CjNfgu2Axb7VqF"
    "a4SRIw+Fv6ZKzQqmmio13+Xh/NLmXuiEy7JzeXyv9kjupFs1Kk+jSiCipwoFNAX+E3QSvK"
    "dDsiPEHGOYPDtTCCWUtWVkBUSPwpxUAdges7CQIs4d47Gi4KeptSwvYbPX0UtLMcpB8HaU"
    "ZDJfjDF1+jeuMs/rKpMwq6lYlVB0MNznbaPEoW9rEoe+rcwvrANyx9Ozvn3byCfpbY1P0t"
    "tCnmwjs34Ph12sNNZfU6LJ0xpWt5rVRq4xco2Ra0rlmlvg0WVp3IC6UyvTCGjTdxoHDGDz"
    "PzhenOxh7mFVyYW1fM8GyvN+gekiQp+kikjk6MFdDt/WcICJH5bclllqsckw8BdCVqYM2Z"
    "A/WOjbX2aK2NfQGErwbaICA6JeKIWE5YkFSEc2dBk6o0fsMj1i3J3vRwLUAxlNmJDJTyl3"
    "xdAPJ6dU+B76BiZMB5T+995bTJYY1UAknu/xY3bmYpKOgHMqH/rIZ6EytzhBZHDp0cggpT"
    "mwWgI0v3z564cLGNByGyf5NQELbZLCaCn3dQ1cWSpj5qowc6Vgpj1BH+csWQcFsu1D7fnq"
    "1NAU5JjAwNtoJeNe34++AUWgq33qS0g7Afm+Peujg8E6vrhZUmNda7MUKk992h+NHNlWYl"
    "c6/XFWJ2OdrSxFYmKD9Hcw4/7xXWxgxiW6M1q0diJ6qEq0m7l34T05ge9NuVfquptr0atT"
    "qgVzr89zjRso12z+5Ix4YpL3x+ECNT8+6qV6LMqASrlZUZVkuW6q5JWQeqzA8jDZ6ssBAA"
    "0H+2PbnwI7jl3H4/Dogx/KVGv7G3i1Nqo7+qeDTKs6hjVakjuxuiZgTLBRTcAD+ujvpBSj"
    "sVh39vxVODE8zxfu4rcZD5yqr1vqbu2XjWfbrfyo3QXWeOyM0DBhqfqFSWVGB00rNrOmvv"
    "eANgwqECc/MGg/cfkppYhK0VI1RMwfBXwpfsh2ORglmBIg4nMxIHOMFScvp9YvBBuEcvzB"
    "KRtgMnP88lEiKmWiEXFdSrxAgTSCuhr50xn8Ky1TPfUZRpe9e+9hDowPMFt7wMN5gN9a/5"
    "gNZIlIORFVrlKwpC0aq6gJZnIfM26NJtEEenGFS6oDyWQlXXg21V7mFh3AGMMA6egBqL2V"
    "GkBYizgNl+wHHylZHI0tT+lyQWV5tTIlBuPG2E1NTcFkHn3XeaI9L9oQj3rFooL0AJnaju"
    "YM8qxnEPq3gHONvUC174TuOp99p1n6nbr8O0UnRNrGdA55CYU55W1wyou+CjqbSJrG+DEV"
    "Ukn9JnNC9YPStF2/uL5VmU8qT5pDd4y0B6uIKQP24/XX86sL9uXm4sPl7aVa3/H5mG7ipS"
    "T93M3F2VUJ4rP/eNsXHMa1SzaRFZDnaA3mDTCXpz2d/Tqh2P9+nTqBDOeOGzqeOMZhn+MQ"
    "shtZPX1S1hbX88TG4ts2gT3zxSYhSOfVSyg2evUOh6dGH9YaVhzc6xWJ3rpMTtOZDbTlHO"
    "7DGyn8kgTRNUm4M1RdcOjYeVLd56vVfUAb5PrGfcKqRNrRte5/ivo5TFBX2vfTa2qnBv6E"
    "NQs+nPj+Y5E554ry2uN3PvzvhrtxdYxy7iRmkG9Jp4e10VQx6ve17UURFLVmoxReTaxH/R"
    "TTGqVSmFKUDXeVSSdtjJAGCMtL2R/ekz0i4CPuPGEIUOTZgBaeKRcCHlmGAVGyMiz/V5pB"
    "YeeDylgjn9IsAFpIJ1RdXWxE1d5O2UAV1IuNSWPujWCWMs1abNBxQhzcD2xxHJMoGxESeX"
    "zBRYizwXEvZeVb2LvSEVEyvEFglwPlqTNoaMvJWGriIrm9poYatR769nylvYZiXdif2IsZ"
    "MAFgeFFjsEmNoPdtLBDu14zTys9jr8ZmYwJ0t5u7Nig5bFR7P6vmnTCA7dv1Wbvix2bFPt"
    "oG964FkwMoxvvjrqDdTSVeLUtAmsbYbjfQSLaimGs7ZY1OKKoOpMz1oexVpsb19/HaGEPN"
    "d8Hm+cxek81ZSsPm1rF5I//0Mk1LcYVECtiGOvKsM/ohKldWqskL6qUGuvKN3P+v5+HIJ0"
    "4VlLjRrV6d6tZPNWqgr7VCNqJEsWNKPBuFilG9CJlD9j38G07m02EPEyRZLqd/R37Aj9md"
    "LNosIo98cmBHol5Kk1mmsd3XsKXJbpPxFE8J53zC24yeNLsMVmhLFQv62Tet1rM93T25t1"
    "/fGRf3NqhLjYv7DtNHPFnuXM8ZOKZY0x+1bQjv2CG1FVaVwxHqNPT+KkpLE9YslTGmGGfC"
    "70V4MTLqd8fmwjG76S5ZIDQbZb3PWwJYyWFK1/HtS6azw4R3pVhfWGJtynHzJXBG/AqtfS"
    "VKgORmr7YqJTbrRybDhpqAdKqYEaxA5U2FQfSqEjkjbb8sPkP1alSdSRzoNFOGxq4Q+7c7"
    "BkX707OKgUr9zHxZIAczBpBiANZm2Eunzokj7BcTX3DMNIBBWDQHm4+cKSCEWQNCkNJJ1x"
    "B5ZOEEUN0As7n3ZPKcF/AQ8yDg3mgp3cFO4S52SoqN+Fao3L4mVhTITzmuaY4LlWhgiQ8V"
    "PGhkg466x/bFmHyjOHhWxUGaOU2VB2maDioQXjfQH7yuVB+8LhSPoddF9MeW4/KSNX3u+y"
    "63vAqoC8Q5wIdAfYCI10B8fn19lTk7nl/mva6+fjq/uHn56oesYqFoNI7QG+FRYn3w0+QG"
    "/ubwyw9eEfRq76KEwvgWmWhHI7m2NvvXGYc3dVJ28Fd3ak/9VtJm1Ym/mrFbTv1Y6ZZVer"
    "Is8chSx8PWmpK345FVfZJU4orOQTJF0sFz5E5KEeJLpYGwat5BdHeSyQpGDEs9TupSo8Qk"
    "5syieWZ51o/Z7/8fYU07PQ=="
)
