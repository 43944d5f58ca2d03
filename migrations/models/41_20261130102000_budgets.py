from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True
TABLES = """
CREATE TABLE IF NOT EXISTS "budget" (
    "id" UUID NOT NULL PRIMARY KEY,
    "subject" VARCHAR(80) NOT NULL,
    "period" VARCHAR(5) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "amount" DECIMAL(30,12) NOT NULL,
    "is_hard" BOOL NOT NULL,
    "spent" DECIMAL(30,12) NOT NULL,
    "reserved" DECIMAL(30,12) NOT NULL,
    "begins_at" TIMESTAMPTZ NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "user_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_budget_subject_412640" UNIQUE ("subject", "period")
);
COMMENT ON TABLE "budget" IS 'What the predictions of a user, or of one API key, may cost in a month or in all.';
CREATE TABLE IF NOT EXISTS "budget_hold" (
    "id" UUID NOT NULL PRIMARY KEY,
    "prediction_id" UUID NOT NULL,
    "amount" DECIMAL(30,12) NOT NULL,
    "budget_id" UUID NOT NULL REFERENCES "budget" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_budget_hold_predict_a33f53" UNIQUE ("prediction_id", "budget_id")
);
COMMENT ON TABLE "budget_hold" IS 'What is held of a budget for a prediction until that ends: the most that it may cost.';
"""
# All that change budgets lock those of an owner before those of keys, and these in the order of owners and keys
# (server/queue/ledger.py), so that no two wait for each other. A month is one in UTC
MONTH = """
CREATE OR REPLACE FUNCTION budget_of_now(b budget) RETURNS budget LANGUAGE plpgsql STABLE
AS $month$
DECLARE
  month constant timestamptz := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
BEGIN
  IF b.period = 'MONTH' AND b.begins_at < month THEN
    b.spent := 0;
    b.begins_at := month;
  END IF;
  RETURN b;
END
$month$;"""
# Holds for some predictions of one owner what each may cost at most, of all budgets that they are of: `exceeded` is the
# first hard one that has not enough left, where the transaction is to be given up, and `passed` are those that only warn
RESERVE = """
CREATE OR REPLACE FUNCTION budget_reserve(predictions uuid[], mosts numeric[], subjects text[], of_currency text,
  OUT exceeded uuid, OUT passed int)
LANGUAGE plpgsql
AS $reserve$
DECLARE
  b budget%ROWTYPE;
  more constant numeric := (SELECT sum(most) FROM unnest(mosts) most);
BEGIN
  passed := 0;
  FOR b IN SELECT * FROM budget WHERE subject = ANY(subjects) AND currency = of_currency
    ORDER BY subject LIKE 'key:%', id FOR UPDATE LOOP
    b := budget_of_now(b);
    IF b.spent + b.reserved + more > b.amount THEN
      IF b.is_hard THEN
        exceeded := b.id;
        RETURN;
      END IF;
      passed := passed + 1;
    END IF;
    UPDATE budget SET spent = b.spent, begins_at = b.begins_at, reserved = b.reserved + more, updated_at = now()
      WHERE id = b.id;
    INSERT INTO budget_hold (id, budget_id, prediction_id, amount)
      SELECT gen_random_uuid(), b.id, n.prediction, n.most FROM unnest(predictions, mosts) n(prediction, most);
  END LOOP;
END
$reserve$;"""
# What was held is the most that is charged. Before the line is written, so that it tells what is charged
CAP = """
CREATE OR REPLACE FUNCTION usage_cap() RETURNS trigger LANGUAGE plpgsql
AS $cap$
DECLARE
  most constant numeric := (SELECT min(h.amount) FROM budget_hold h JOIN budget b ON b.id = h.budget_id
    WHERE h.prediction_id = NEW.prediction_id AND b.is_hard);
BEGIN
  IF NEW.amount > most THEN
    NEW.charge := NEW.charge || jsonb_build_object('amount', most::text, 'waived', (NEW.amount - most)::text);
    NEW.amount := most;
  END IF;
  RETURN NEW;
END
$cap$;
DROP TRIGGER IF EXISTS usage_cap ON usage;
CREATE TRIGGER usage_cap BEFORE INSERT ON usage FOR EACH ROW WHEN (NEW.amount IS NOT NULL)
  EXECUTE FUNCTION usage_cap();"""
# Whatever ends a prediction writes its line in the ledger: with it, what was held becomes what is spent
SETTLE = """
CREATE OR REPLACE FUNCTION usage_settle() RETURNS trigger LANGUAGE plpgsql
AS $settle$
DECLARE
  b budget%ROWTYPE;
  hold numeric;
BEGIN
  FOR b IN SELECT * FROM budget WHERE subject = ANY(ARRAY[NEW.owner, 'key:' || NEW.key_id])
    ORDER BY subject LIKE 'key:%', id FOR UPDATE LOOP
    b := budget_of_now(b);
    DELETE FROM budget_hold WHERE prediction_id = NEW.prediction_id AND budget_id = b.id RETURNING amount INTO hold;
    UPDATE budget SET reserved = b.reserved - coalesce(hold, 0), begins_at = b.begins_at, updated_at = now(),
      spent = b.spent + CASE WHEN NEW.charge->>'currency' = b.currency THEN NEW.amount ELSE 0 END
      WHERE id = b.id;
  END LOOP;
  RETURN NULL;
END
$settle$;
DROP TRIGGER IF EXISTS usage_settle ON usage;
CREATE TRIGGER usage_settle AFTER INSERT ON usage FOR EACH ROW WHEN (NEW.price_list_id IS NOT NULL)
  EXECUTE FUNCTION usage_settle();"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return f"SET LOCAL lock_timeout = '5s';{TABLES}{MONTH}{RESERVE}{CAP}{SETTLE}"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TRIGGER IF EXISTS usage_settle ON usage;
        DROP TRIGGER IF EXISTS usage_cap ON usage;
        DROP FUNCTION IF EXISTS usage_settle;
        DROP FUNCTION IF EXISTS usage_cap;
        DROP FUNCTION IF EXISTS budget_reserve;
        DROP FUNCTION IF EXISTS budget_of_now;
        DROP TABLE IF EXISTS "budget_hold";
        DROP TABLE IF EXISTS "budget";"""


MODELS_STATE = (
    "eJztfetz2ziW77+C8pekb2k8HefR2Xhnq+zEPe3bTpyyncnstqckSoQtjilSQ1BWa+f2/3"
    "7POQDfDxF6maLxoTsWiQOAvwOCOO9/H0x8m7vi8JvgwcEH9u8Dz5pw+CNzvccOrOk0uYoX"
    "QmvoUsNZ1GIowsAahXDtznIFh0s2F6PAmYaO72HLa3/Ch769YPOxz0aWx/y5x2SPzPJsNg"
    "247YywtThmcycc+7OQWWxqCTH3A5uNLTFmnk9dILnr3zPHY5ZgTniIU7D9EczB8e63Ptqt"
    "d+t9kfeEc+8Jdcf3OHXFBjYHKJxHK+R23woHh+z72AqZA03uMq1cHsJ8sQneHHL4wQI+8R"
    "+53aNpupYIWTjmLPDn9JAzz/nXjPdD/57DZWTab/+Ay45n89+5wJ//PrhzuGvT3wfZiRxg"
    "U/47PLsQ+OQRdcR1ZGY/RUKcXkzp3gGRAo/xB/v+y9nVGcv2zs6v2ZfLG/bl28XFwR/Y7/"
    "ShT3PJLC2HuqXr/ajzb9/OP/1MLZGPw/7Id2cTL2k9XQCDvLj5bObYh0iD9+65xwOabbL0"
    "vJnrqhUaXZLAwYUwmPEYMTu5YPM7a+biAj74z7uZR2uD4UjvDvH/P/2XmluqXb8Pz9u/Pr"
    "vp9w8KCx7nkFuV6tIIoAcgHS9EDvz7D9lvgghdPcABPv5ycvXy9bsfCANfhPcB3SS8Dv4g"
    "Qiu0+gnDE5jHsHwAgALUH8dWUA51QpGDGya7HaAjiLYA6sHE+r3vcu8+HMPPNz/WgPy3ky"
    "vC+c2PhLMP25jc276oO0d0C+FO4OUTy3F10I0JOgfu0ds3DdCFVpXw0r0svtFG3MeNuIjz"
    "DWxF5TgXCFfCW6EZwx01SfBOvnI7ALwG35uzv99gzxMh/uWmYX35+eTvhPhkoe5cXH75a9"
    "Q8xYaPF5enOfQd0bfsieMVgT/1fZdbXsVmnSLLwT4EulXWeRPg4yu7Rf708vIig/zpeR7a"
    "b59Pz65eviI2QCMnpMvnX25yeI8CHn2iC4h/gjuhM+HlkGcpc6DbivQw+mNbHNjmXgMPaF"
    "967kK9lXWvwvnns+ubk89fM1z5dHJzhneOMu9CdPXlu9yuFHfCvp/f/MLwJ/ufyy9n+U9w"
    "3O7mfw5wTtYs9PueP4c3ILUdR1cj1DJczx3ONDlfpN4A9/do32sRsyNMlnA7Pu3rszpDav"
    "jcNj6jsHP3kDqH44WhNXqYW3ASydxJFoSIpLDiR1ZR/vzrFXctArPIdiWiX8te9nBn/yNa"
    "5tHVZIdPQLKmTv+BL9YE6WTq/MoXXcUoUcusjtBn/KerAA2tcDTmayJ0ip10FaGUOmw9lL"
    "7GHe3tV6geqTkfjn3/oS84HL3DNdH6Lju7pr66urboWfuW61hi3XeQdqkT7KmrYDneoxNa"
    "G3gRz+OOOvoiWqMRn6LwYyBrvMtHujE47q69d31VnV1hX519HW3uhU7orLtxnct+OnsERT"
    "MYvIjryjLQy3lXX77hzL5f+6U7pU66tIpQUvaP/CrZOXsrQdN1Jk6JHiXC8tLjNz78bzmi"
    "aOK+iDrryLJDBCdHkxymE8uz7mmW2B0SFyCocAGI8an3A+jHTFnuDUAGcTIWONg09APB4D"
    "vC7vyALOTY3zEZ78eWYJ6PBnD602Jz7tyPQzSlvyIbOZrHaWQyr+Mv6AjVZaLoFrCbYdE/"
    "YCDbk2Efb2LPLwSbWgH1MZyJBYPP5wMPxCG7lB34aNIXxB4kg+FpgA9pbwVoCI8wt5ywJ/"
    "8MZh75Ctx68Z3IzYD41NBtoNJeT5zVM9qnSHZruX8aFeUaVnq5SIrY/uz6VoWBMyHJYXuH"
    "NNv6NLw6/HH3wH66/HZ6cca+Xp19PL8+v/ySVfbSzaxl7ers5CJnWpsAQ/r4UuAcCjifex"
    "Uo58lyWONmu3ffC5gu/POno1dvfnrz/vW7N++hCc0zvvJTDTOKVkvCCLYfbwVoU2QG2gpo"
    "1fLrT2E3nUT62RXWb7YDA3cR7tnUXtEKm6U09vcWm+rio3FDS11RMskeiopLJZI6aKmcA4"
    "yWNypzqMt51+7jOaggdMDlwJrH58f0GRCenCzY9OwfT64/nnw6kw6iFWKepvxyxe9gUYxv"
    "/AfuHZSIMJn7tVJMIFvCOTlqulSQAXYzRcaIrMeGCzrNX/9y8qejt+/wMF7modyUkIQJQN"
    "OO3ITnY+7BDTjpC8Z/H40tD1AhCQaJPf57yAZqScEcBz02CPg08hIaSHISFSxPzHlA/dw7"
    "j3DVh+UKQkPAq2SG3yKjteJsMszBP3LyxG/oaOzA05HfcaV0Ue7eV+ekuoZXX7vepKwX5b"
    "smTpTvqn0o3ykXympZI8Ws5ueILNFKZ4fWfdE2fHgwzntdOzw0cd5L7W6aXM9SdpDre8Ll"
    "Rl576sOrLRYI45W5F/xNHY10eZwjNXxuM5+z59amiuws1SZ12e1l7RJtdkGALmBcos0Gkc"
    "K5937li4aScfecWns58Ti7shpIyEtUE5uTpiPsSwTpFFuqZejUKmgmPaPvwJ8c7wOzoNXE"
    "cRco+GYkY7KwzcfOaExmLZCBXZBXjxm6AAkRtcHJolyMxjkO/1GQbZXkve1BSWqfgODs2y"
    "S0j/05Nhvye8tjL6Wjw2e6/UOPfcEByIjoC87uAn8CDUGg55GxT7AHPg0bWvJ+i3UvcKOh"
    "GL53QbkUk/tmz2JyjaRYCbiRFI2k2FouNzphwu6/0qudpjMyRJs5LD/nOtrqhKILUei5sP"
    "8mORWOqnMqHBVyKrTH06i9L83q0lm5yVJbNFvVaNkOSDdstqyAOmNGXNPjN2+87Ajuen6/"
    "miKsCvcskWCTQNBqAVaFnDYTYE9AMiPZ0VIenmTFRadQZcU9ZoMprAfnd2W7tUJp12UTaw"
    "FSHhMgGXqHbICZnvppMy+iBFImdDxxvFnIi3LsjsfWkTx7GZGlQ3LnfiaDon81zi1R+81Y"
    "2Vt1bHnf5NjyvvrY8r5wbJGvmA68CUUHAd78udD4iGzYRySlsh/507LYtv97ffmlwiQSU+"
    "SFVWcUsv/HXEfso1NIDbCIRUZELWTYyifTym3Q2EE+w5ZRBVaveaMK3IEqsGW6hT1hciM9"
    "Ufo4rcvnPK3hdJs5HfBHkMtXcx5JUxout5nLRi9p9JJ7rJfcpqZNpg0rUbTF+cSq9WxxRF"
    "oTLRt2b8uA5ii62Z97GKwdJUdEvZXw78Ie/F/6TaAmTLizewZrZyFYaD1wr0yLtrG+yelD"
    "WJOpy8WAWQFnjk1uJIX4bYoaxzFIB4feJIw/8mCBOeWP2SCYeSJ2GwHwF2zOobeJZQM4Fs"
    "hYYehy5sIyP4YRH63AQVD7MhYEKEf+DNYXUcOsKVxEsKiZkJ2pwJFD9jU1uUx++qkV6wRl"
    "vLmKMYEh6VYfDurC9wYUv54iczxPkcmAlDkXIbs6O/n03wyeEZ2DFGqOxyZ84geLQzaAFX"
    "B354wGTOAd6XejWguMcb/15mOctqecceQo7OUAXgxod2j7E3h9DqNufjiOw+gLk4AeYEDV"
    "eZSYSvLLm02GGILv39168ejDhdSdUog+MW1kuS51PKmOlKGW6pWllyMfIZNJ1J+V6qTvTl"
    "2qfplUKxK2o73woFeWpB/3ijhBPyXnx69bavBI3dd0WPwlNjBuNniy6eiSahPjxyu12cCy"
    "+bJx405NPQSjAm/JKWPbasQHeC4dcKP2HQR38+rv9LQKGFcXQsiR7Q7qgyfYGLZSBeHREc"
    "7QcVXatqZrO0vVwRX+qskKf1W9wl8VVnho3WvZIKL2u7dApD6Fw5njgmwgDnG8p/gYbsUu"
    "oaQXLYtQQmIYsnGGoChY5Mapc18Zsh1R7C5Ye1upoVSk9n8cHb1+/dPRj6/fvX/75qef3r"
    "7/MQ7ZLt6qi90+Pf8rhm9nGFGM586L00X0K6EvI+0MG0zAvLF9rmH7NDmWusb1EuNJIett"
    "ooXR5XqW0ljI2sPk4rsda4p1mZwhNDxuPY+Vyl9HHs7TdTESppnOp07pU/QqjXXTuq9Umt"
    "C8Um1+pZSxSkv1kZCsJWzvD1e3IlXnjH86HCghbYfaA4ftjNojbT1tahtL0xivm3qvG8Kq"
    "CK5xu8m63aSXVMbv5go2/6vzjzfNAgJj14sSTZ5u+au/qb46hHrZ1rwmVH+TvXQVJFPRsJ"
    "0VDfcSKv77lAcgDHjrVic6izvqElRb95+Md/QqP8r0lr/En7L/mG7bwLEyas/8gMmalio5"
    "tHSIfBH5KWKGaEF+hCPXEuKYDYTzv7w/XISR75zMXkUBxuhs6M5KQ5a3Pl6pM57EpsYZz7"
    "hnGfeslqiTjHvWXjmvCG65vATeas+shKITAO/aLSv5DhRBr7TMZ4lMHntTBEcL6u4aaNMn"
    "o6annDSNUbTVK9oqCndpK9rigKr9BHWppi29ptoU4RYpkkpks5SOqVoqe0w1apQO2ZlMZk"
    "QdB0tRhifquqcCoyxVOhQDy6YgCwk2A+4GGBrGLVEid22qYxnh5s+CEZp072RxIfR4RoOI"
    "eOA2XgEBri9GYz6xBpQXeeDTA4LY9lKlQcZkyr5lc7vHxAyHlZLev2aWFzr/S1qGH0jGi+"
    "Kubj0MgGT3FmZgxjgsNU0SHeO5YlGkwIFvPDWBK+Eh+z52XC7LJeEQoY+JrwAXbjPrHtYj"
    "zPfOclwskycceAMx7I5izVSRJMrY3JPPoeLdYFYYsXbnUJif5+OAEj66pITTGGYQaV8Ogp"
    "nLFRoUPTX4oYfJufwhH+BoKiQwDBYwQ//hmA39cKwi0lyXydC3OBk0DEnD2mzB4RFhXiPu"
    "hX0Qp33PVtIxIu36GLoI/WJWAQyiE9R7D0vFxjFxd04gQvWAqAka4Zc87goaOgGbcNtBFG"
    "gycWpqLmlhAkNYG3Gl22h1zVE+h4ejeqWAiscs25qGGD4nvSMP5YBSYwSv/iBahbL2rfze"
    "9PDXA3y8vCg4MYZhhAN4FJVoUUgeDz7IxZJ0izGGqlMiaqgioDDAxhF7S6LHIouhXKeq6m"
    "VdCBl8C0LO/sJefL06+3pydf7lry8KsWsIeX95yFxsrZTQL42aU92a2LVWKUfkcmwu7SQE"
    "RtIpkXTo/dJRiMQEnRDYt60RqfIRq9aIdMs7bOcKEXkeI8x0FnWWrINLe/OxmMnRV0vhl6"
    "HqBNC7XuNZKUNnmRcpu7DH5Pbwo/dNNvGj99W7ON4r5DVFw7dfcvCoTW2aEHVipW/bOJNI"
    "y0Wcq70Qs1TGFXQNT8NphZNIDfgJiXH93DhDHG86C1d4JfJ0Jj/tOm/FLFyNCwVCw4a13o"
    "U7X+8dkO0N6OuE3KsT4yqnzG6eLzd/6rGdey5KDM3VCCcU3cN380UJ6pwk6pJHbMBPom1I"
    "P0kSCbIE6ezcMYE5y6++c5NBTQf1mMCgvhbqeFtruadpDParY5+xXRcZUO+3VSA24cLt8d"
    "SiS7lzadrMr/O2FSnbobfoVKauvPNEkUE/u75Vce4qI87x6A6pO/UGfrr8dnpxxr5enX08"
    "vz5XLIlfObqJl+CCE0VdnlzkULfCkE+mJZJE5RE3RWFyc+XPrdKvStMfNEO0hn/H/qzcpc"
    "4cqWow6DjXn3mhU+IGuqQYTJbUfJ3b/HU2We2qN6n9dJ9vktUucsPT2C1TJGavzO6VJhjB"
    "BCO0OhghSfuR3wQ2gGrznBXtfPmXwpra+dZIppJ2Zc4ptreSIGRPwDb5QUx+kO1AJWs09Q"
    "MOUxbr5gj5TJ1dyb66hNg2g9Dkm1gSgha/otUBaMO4ydLws89YaWxaLAemgkh6FEvkhHwi"
    "4ngxVZUsSsNBPjjMYlM/IE0fJfYg8eUgh+5WB8MwtZsxVy0cwQb0lxj0VNiSS50MZlMMQ5"
    "OhR34go81QKc5tjBsaBDyEde/fDbA+mR9ablxZjYKqHI8LGRN165GQjp2rUm3UjtvHMDI+"
    "wkBlK5GpTuB++sGHCwbiRRSCBcvaHiTJTbDImCSjO1jvzfEeLdexZXk1moVsMLI8jAwLZh"
    "7Md4RnDRe7om6tIYCEv2hiaUpfVbSjaXtYhY5AvvVSU4T+4KDp4N8U5hXFoyHB72HMgCG/"
    "dzxBMVgMbcgywBDR7jFYloqCYlPolicZdMi+O+EYHsxy3b4fgKwVjmGRwMxdV83SooJ1fP"
    "QAnMnHn1Fgm0LPEX3VTBWSC1UAoWQLhgP6+Ii33sR6gH5z688J2diHF1LyF7UvPVXUTikN"
    "BxiqSCNzb4SFAUP/gXvHqlaeVNVECGEAoazat4A533qB708oWA02QK7mi1F8cck7CgJUcY"
    "rQ7pCdh9kZ3nMZJjiYBo4fOOECFuYXP9Mk9Y7cetCbD6uAwuwsXD1UlA9rGVLYICyoqQ87"
    "WBy5F/gzybTLKfdOzl8IdvL1XMbxsWj3T5Y+jgVvWi6GL+orFYInF6da/0l8IMXtuW60yC"
    "ke0hlxKmrXj5Y3XSK7RMLKW08uByu4x+WwUFg+8EVMhvOG31GxRQoXJP9vGhVZuqRwH951"
    "bGA5MMgbLfrQWSEc8Ld0Vc6yAn7ZeEHXAjiaxAvSjt33gQe0kddE66X4WlnkbnmMoBxPbh"
    "gNohNlw+g4UCh1x06+fIJdBmvCLCv/p9BrND3XeeT9qFZs7fQaDR1t/M0Gl82XjRx3WoCj"
    "CZ/S8242qwc+XVr9EadBcYUBnLse4WzRoWBOiuV8s2exnBWJV6v93mKCDkZTbN7vDR5yph"
    "UFFxN0EN4txL+FVjgrkQDrQ2dnZebsLgC8+djZ6EymA3Gapnu+se+aYPyuGuN3BYylLFhE"
    "eEloifFVW9NBJjl0aZwzMkTGXpaPVJAKCh1A0zQGz5wzUUYBUaLo9H2XW16FX1GBOAfvEK"
    "i39cmLr+wW29PLy4vMPnF6ng/m/vb59Aw+ggR/4slV9DxKVDeauGcJd4h5JJ/sLeT4nYWB"
    "R7MgQCVHEfdKH7oSyg7FimzMmy7S0xWRvZ7AdlEJb5pudz6Kr7aL6uujn97FgOKPOiyvP5"
    "9cXBQBtbllo/JxpXqCGVLjTNdmZ7oJDy1Uoegc0tM05pi+nh97rM/XOVkWCM3xsvA5SOwb"
    "OsgWCA2yuQz3ZPvRgTShMFhmsSRLt8ZZMG5vToAlUg1a/zXAjNub0JQ8lOT/oAFl3N5AWU"
    "iAORuNONeDM0NjIC0E/JPbkAaeCYEBMw9m5LykAWeaxACaB1S5f2ngmaIwcBa+6tIDT+e7"
    "nlAYOAtqMuVbWKL4rUlVk6bqDKY7TlODCjGNVRw17wzcm9tgTRj6JuE0QdPPQ8+bcorVZH"
    "OW0nC5zVxOOcfrsjlHavjcZj5jNEORwdV58aP2XXBaq+PjNhLi8yAoy8xeDXZMYNDWRzsf"
    "ClLAvdo7s4S0CxzIexo3czWu8zUuqSNDESb9sSXGOojn6TroeLyFhLzpIJEC2LUOWHlS4/"
    "am4YNVEk2lfRQu78Kcldp8VkqFhOnyO0dq+NxmPpu0YM+CzaZ4+rNgcyZIV/d9ztGafbvN"
    "nDap6DbsVpbKldA49ktsIqtsN+GMCjvrIZqlMqDWp0uM0k1k0dXO6/dNdbOfkC7N6pd6Sx"
    "vkSjQpKJuhqpmC8jFJZ7gmsM0TI+4rtNlNcI1MlMqpp0/pkEqUZrq5Fi+Ue0VHcNdLiZfK"
    "Qc+HY99/qAb00uM3PvyvIazfk/728jxdDqxu+kBaXFUpBKOVtySNYD9yAFqeS/CEkoTJDH"
    "BE+yJK2JfLVXfMBrJvApnyh2GKsalrjTi7C/wJOq0MHh1f8lpQujSVLU2weeB798Xkgjsf"
    "vTSTmOqZtpnUKIVEYiYl0w6OztUpmdKsKcBd6b+Vo9qdD9ceRb9Eecq0DKYZou6ZSt++Om"
    "pgu4NWlcY7upeTBuMNqoh0dcRslsrUjF0jaDa91Tfdr9M0RhSvF8XjLMZrSjddy2mel23S"
    "ayoj2Xw8uf548umsTrDROq6vcgSNDuJVp9DUQX3ZQTQlIyw/i34fwzku9FnI43SzmE05dT"
    "yUOYuxTJ4D0qFMKItXMCH1hAsBDyUTAePhEDjFRfHMuZVRMJO1ylnMAAqkE/kcxcep9MRO"
    "SXpinEGUXRgG9wMbEzorEjjRWnEu5zkXmDJYPV3JmTZ3cM0kMMVU0I1zlyr+9W2ZfDF6Sw"
    "96xRSmmEGQs7+wF1NAEx7qRU0O0zZtw8sPz63chOtOykaHv1mTSFCiCa324FTNO+HOtmsH"
    "Tio9o4l3msaAvgLotHPriH4xQSfg3nauWDohaGgs4vYm3qwifE9Lek7TGNl5Ddk5OjgWsK"
    "/3p0mRGVeaNrvSmNjYje5VJjb2ebw2xnP4WbDZeA53ls0FfbaO7nWp7jvygti25rsNeqxN"
    "673X0mWnKn6WaLKz9UCr9djTbLulSmzgNDosSHWycmEqKqFLW6ESuV5F/IH5nrug66hclv"
    "X5sjphqmN353iOGKticfNDNnB9IbiI6yLCjVtv7gcPqKZG9TbMxcO/ye3CdriNtRxdTqpo"
    "qv8nCxxaLowA3cG1B5qhJUZS2/uBCUyVDTPCMn+y4t+t93IgeACPd0jlew7F2IJXdfAD9E"
    "DlkgZMjHzYLlgq+BbrwUVlAqm9qtPn41zU9LE4HEzpznICJvv8IB8JtZhUIlJiEuIjSoxH"
    "cnKotvexGqXHrBH1dpgq0weUNqJAWnjEkjpnYwu9UqATego4gTIX60C+uvU8P4Cn7rEjNn"
    "bux6itR4Cw+uCDnKVFXI5G9Ti0GvozBP0u5HhbMgGnLFkgwZ95yFsn7LEhkN3RA/kCHlCV"
    "1ByImZjyUdi/D/zZdPABsUFuwFTdu9iOgJyj2oaI9ywUgHJfjkIUIhpcWI4dl+2L5+FzcU"
    "vuN2PrERcCdBJZA/gj99Aiga9UXBER/pC3aeXC6uwxR5ZqBPho2Zz9a2a5WPJyNOboODAQ"
    "tFglyNDi1gNOwrYEI6VjVQe4hoWcBqzjUHoIAZtnIf2LhSvlKnb9e0GmHTLfwHIihxf6vL"
    "IBvrd8CkMllRRvve+vPzK6AUvLC7FIJjBaljFV5QjVIQ06EKEPe0EfK2aKxAPJChSNAoEW"
    "Nj2zbI8vwTX9dUqEP8hSpCyqRCo9lFQdUnpT8U3uy+qZg6imKjTxfCbPFD389QAfMLV9AD"
    "qqNKgFHPvnjBCCFwH6k5Ys2SWLlnnU2IEGUY1W4sFhqpRqtP0k219cpJFecOsedvnerTfl"
    "wdiaCmkPG40t756LY6xZ+egEvhdXm4ztWpZ8G9jLwdXMO0ta4aZw4lEh2ZQljnCkMqXSOe"
    "zWc+xeyvNLVu6M/L9wCUTzsWhxRtujfPtfwL4yiN1WsFpslItc7mWA5/Cf8FYpqlsvIkOm"
    "Yk1SckmbcLUd4ns5KZThVJvFAOtCWs4gWRjSrw1fK4ZvFZofP8B+DwA/Ov5MwGoXU/h8cl"
    "nmdoDfQHy7PfoFywzn4vZD33f7OC+B89es6XnrqU/NsZzW1PHo1aRJe3JrzxX3jJdBtr6n"
    "3G+a1Pa89dpU3LOkQZ0RNFn9fYC80gJaKBIZV6vDDyX9O/Ma2FxTw1HepCYm15lAmyv8FY"
    "TS6Fo5lZl3rzeHoEGV0SZTkMxsPi5uTRsaOutDvjI3Um77dTMqq2lKhUVTCp3KwqLrrxk6"
    "fKyAGk1REldOij4Q8eyazymmWwm3KFtsXUHWHIt1QcNjtFhan7VyhvIIFRWTXc5XjbcPzm"
    "FNyvw2m5kqc1uYXVrV2HxuRNV8pU0Df4Sdlr2hcQCNxuhYYzgOUGowhfMv7GWy3HuZCf1Q"
    "mFG6Ak3zSUVUy6aU6r1Qf3il6aa+f1lNkxam6ui2bPZqsNolFZ/v6ZOsUS45PR3sY+nSjw"
    "aqn85qM1itavNmxp55Sh7QfvmzqymRVzI7w7ambcERcjHxZ0tXUX4CNKv00irjY2WURuP5"
    "xQq6urlFw9SuqfRcksq5a8yqn/Sy9uQK9X1WZGfSz7JpZUbMzs3EzDypJ6ApY27KmO8K3s"
    "2XMY8koYbuCFFz44tQKCQTSWGNPfwigt2t04Nt7azb3gRM9dDUkt1E9dDkLKTjkDor8/Dr"
    "wr66eY9UUkUX8a32oYwJjAPlGg6U0mClg3tCYSqlro47GQh1YI8JDOpr1KfFROYAqq118M"
    "hSdS+s/KhJRuij6ozQR4WM0BIxFZdYhHpJpvk0YRfQ3nXsDLoc6IAete/AuXrXUE84zGek"
    "tZGnSMxWvvpWbiIDDjYaGUDOeBpoJgQGzEJIWGT0zmJZWwkhpjElEDRKIGR8DnWU9wVCU8"
    "q9IBimnDM1F3OR2KxqjVUdu0norOgMkVnNJvDtuYTKZKwz0tVKk8UJlYmEajt771fj770J"
    "994D/qbd3DR5nCM1fG4zn03lsufM9zX4bfi8F3wWoT/tCw5PaJfolH52fatCq5QnzLH5Di"
    "k7xdpPl99OL87Y16uzj+fX50pPGvOSbmalxauzkwtTYVbTCcxUmN0l3puvMJsN8tWxthQp"
    "jdFldaNLFIqro5dK0xi1VD4NXxz/rbOH5Mi6t2O/fdtgB3n7tjrN/dv8DpIJAGqKc4aoey"
    "ibSuBdMRikw6pKcHfuK824ecqVjLltW+XSnPsfR0evX/909OPrd+/fvvnpp7fvf4ztusVb"
    "dQbe0/O/IuQZ1lQVLHmS/OEtw38z38anK63TMjhNZZ0dHDi2UVknm3BGZ18oUprdoeB4R1"
    "lydGTBNI2RAteIGaA0QjrIJxQG9zW81/NB1I23kzyh2U0K4XJJgikdZAuEBtkssjL7lg6k"
    "CYXBMqfDMFmdn4PxzGR1fhZspmRKK7E5S2ks4W3mcibPje6unaM1nG4zp+OkcRpnnTSNKX"
    "GXL3H3VBUD9+cl0UAzm5KyKaBZKrNE6ysN4/IroqtdaPib6mYvl+nScgupdzRTbeEKduCr"
    "8483B8VddQOYfo762c91uhTV9JekAayp5MFrAvu3pKeOQpvdAyvAxV2hvDxLWrBzfcvuz0"
    "oDbU8V8c+/XnHXimp7VGwQ1NE3scciXAH1Un8vVba6tFalDmCqOvgn2d2iq7D5sxBkhnXB"
    "upS9dAkkfDsbl6cvLMNqOKM6So1XYHc+64SpRuWjb5TRpaTo0bco1Ut1vaNZ3GRpqaMbrC"
    "3C7XtZhkhWlIjTxwpM6Gt/oPISGCvEuDUa99g8cMKQRxWFZNH4pFIF92wsq1Ksl7S9oWTR"
    "pQnmW1aVhqxMbQtFPZoFAZUnguEH8l5cnAXQ8WXdj1DQBMQxG/oh3Ag4sQbaYZ0SD65hKS"
    "dH3Hqq+8YFN3K1WKiWxmjEp6Eqv1EyzAhr5Vjegn71br2qCh2sukBH1K+qX4QVQg7i9yVT"
    "suMf8Vuj3utkqSY5ZVOqcWxfk4aYVmE/Joxe8INeXdUN3e7rS3pg+9LMxakUyboGrByhyW"
    "ds8hm3LJUprdCVwolKaFeMKGob6tsOKcLkmn2q76eTFChPZlID5Z3vZPZMfWQLdAbaQtYl"
    "OjCVGFn4yJlYbjmuCVHeuiKpDhX13h7cS3cI2Bk+n1y8fP1jT3k0JptBtEe/KWzE8nhYxL"
    "fa7SuhMG5fq7t9GeekzZ7kWmGy6ySextlrc1gaZ69VAN4Lr4GCBbHaeKCluNTVyJEV4aBM"
    "JSfv9Gp1ckmbRvXHZalZzGKO6ipUi5EYfEwltC2PDTlpzODOiLNB2vWF9E+Ch7KeqyxYiV"
    "VmHWAD3i6vZL7F8Ug9h5CllHMhKfwCquorqEo2qbamswBWDE+KDTtUg7un1GLhmC9kqWvh"
    "Q7crlnNmuWrOx8TpD1KHhoWLPSYLswecktmRUs3zw9uopFtDBRqV8VIooDarQotWqaQy5b"
    "WMOmrv1VGacXPrRMy1G9qtZFWhivdeKIHSgDlP10G8XzXC+1UN3q+KeAvnf/lKYeMZut3p"
    "oraJ9pNEjZvI/afnAf2rsdlE7bsXBn3UKPHKUU3mlaNi6hV1BtZBOEXSQZA3XpNSjK2jt+"
    "90AE4ouofv5tPaGF1MJfT7rosxsTrPkdMpPYYmn7OU5oVuHZs1lKuZwA3jkr2m2+xK2mcE"
    "rFIBrdBcpoNGh/pmeuiTtLsiaUdxXIEKUtkV6mXh3CnVxiK0FkLpf8OsdycpXzlwyy4qn7"
    "c1SBP9rALEsaV6NuvcZxSzT6uYbaePZjv2nnVDReN1rwFrhshAuiS0MTb3rRvcGHe0n7Au"
    "j29ML6tMtNjHk+uPJ5/OspF4ycu9AXC/ZjrrKMCF7bAc5KcxqkdxPiWHmlQIUPWRJhVytP"
    "w8833sT1jos5C7bmTlTtApHk2WtEe7NjThjzxgKvJOsLHv2iqKBG3HPSZ8eVCJglJCaFDs"
    "jN37cOZxPOYHNlrdB6r6ahxMcse9EUzr1iOX1jiCxglZwEdAJA4ZBtjAD44TQYM8G9iOQK"
    "CklX64gDOVmHN8Ovbm1Y+H7FLOgqY3cEQfdjdop6pJw6NYj2Ryv/Xu/GBCUTN/fnw1aHy6"
    "amTkbudXfvkJq5UfpLrj1JOlh2jpvrnuESooCbOvrhmumnfCzlqn8thG0fAhFZTUwztNY0"
    "BfAXT1OSjR8tRlpU9RmYT0GgnpTXX2g41WZzfla1faSPZBYZ2pn5Gcb3X5nCM1fG4zn41B"
    "ubNsXsu5v5laKMo6shOlUBskx62ohDah5okTClWre9I5h5aqfaKER4um+p9IBYPhDKiI6T"
    "HMkmEJmXgk8OeUNgNzjzCqgEfhAEt0RGv3iXqky283X7/dUBDExeVfrxlmFGLWPfCQrsm/"
    "ZB4TJ8BOP7CB58OyHDAKSpBKItjsBPC+xwaCYy4UvBapcw7ZIMTMUBHBrReSWU04GNGBLS"
    "MwKd7BtTDzSJRJJFFIAb0lIzGYx+dw1senFFU6obxNDVoRBlIhlLXFJcqG7KYtrXOZLCEe"
    "yH0NUoTkV0nfntF7X5othH3/5ezqTKaYYX9hL6bcs4HHLwopSlJZo7XHB6yaTeA//ys9A2"
    "OJNKqzlh82NFRncgcogFntfRkTdEKTkw9TaBSlUBOkUPBuxQ1EB96YwMDbAF766mooauL2"
    "XYr62JimRpRuBdVBHOUbgcESr4TliT8rwYzbGzSrVbJa1bPTNGulcGkbuLvO4RId8AvY12"
    "t7UmRG1dM6VU9GQw/iZR8LneszOUdqNLdt5rPR3D4LNpsaXM+Cze101movg1f3HzZurl10"
    "c73m8FULD6qtH6pBr4ntQyRtG0TyCFgx6PgpqaQNApWUPbhiudw+TlxBUf0f+KgUspk1tx"
    "ZEK9iQC8eONf/UvElyqd0O3Sjqp9TSYMJ9nlbJLtdCEelqH7+EohOKy117+Jmj+bM4s7Uo"
    "dtvI2dsTwIyJsjOFClsK6cqVCp/47P2ZT/xgccUBS1F69s42qD17T6hpP0i1bex1JJ1p6P"
    "Q794MHHrwQTPb3AS6pqnkMgyGxWQAnXPk3BXYFHLugtKx3Seteyg+n2jVp2wNTflfpeqQy"
    "vC4wLu3Oclzs5DyUwW1YgYgC4+Qkql2G5H21klLVBPM+QxmvnHS7Xq1XTpaH/VRpx1K3nC"
    "5537wjyeCnPZMMrAo9SLVHQ0LRCcnAeIzsNbxya9SRbBOKLqSb27Vgq3b2lUTbPK0Rblst"
    "9lC6n1VE2xSdEWzbzOFsNemmZ60slRFvcztk5oTdFNMMkYG0XmMgwdqAzuB73NF+wrpUa5"
    "BZVsvz/6TEtTWR/VvSU0ehze6CbdLJKIu0HxyU6GOSm706Xcw006xRpesRiJiufz/jH9jI"
    "t5XNMZh5gsn+e8ySgVRyUWISQs8HARprSIfHccHlR8t18HQgZFyWkGVmxGjMJ5YoL3y9s5"
    "GXG0Ar1Rk7zeu+gjJjZyLgpjJiV6s0HuAxdaCO2ndQ3t58endZVVe+FEWQq72383TGg3sN"
    "D25VgFefCwVCw4Y12GA796VZfKq3moSig5vN5utbkTe64LzkRNrAjT0iNGqm1ikh1kpMsU"
    "HPQSn/lbkMxpJhja9g0qZR1UnZnk0Df8SFoNQDeMAccysIh9wqMTI2oiILoZJGUgkEHFug"
    "VRH/jG5ijgOktfmjM+KxobLHBrKQsCr1SLkvqRrkneNiJnAewBMNhjMbjr2q0a2XtJpYsu"
    "UxG4Q+nMSjfqjo5F3AeXwhiHIhqPH9uQdEjte/c537scqpkPiaCsrACed4LEc5x2KWUR+Y"
    "W8EK4AwvwZDMeRGB1JMJIcgmmmRuiEynDrR3hACIod1kGi5U/Uu4hVKtLY5htGGAmUD7sR"
    "gk5NxGsLEILqSEMfJnro21KzE5hbTqlo98TMlCH1Qfge9PGKVjByTwMrDp1sPHuKPKmDD9"
    "4YLuCh6G6NsJbMRuoZuRNbVGTrgYsLE/B+C9RRlcDEttgnjzIaJkeMTFH7B5zfit93IgXD"
    "8Ugx9kZdC08TkmiR+dvRxYYR/7G/xwyGhJ4uMNbNyOVPpTwMWZUB3PMUyYkp/iAyTLshdl"
    "xIAlOJg6nofJNTDfPF6Qy/BY5d+QzJRrTzVVC2hdGWzvTMp76WsKbNY6E0XtO3gi2k4Js7"
    "JlXBmHPC1dxiYKmU6C9B3SOr/HFB1crZuvVQYbfLCaqThLaU7wrTvBGzHtmTFZbn19XT12"
    "jmx32+bBtk5NO6g8nRKjiljX1eHNEZoyvEWWNCvDm4itegzI0hn8V8U/pZDQY0COsDPpu3"
    "eMf1rZo8eAPKV5B1blQaQ80THwpGl2b9tJqS+GM8cNHU8c4nhPocHYisUnVlVqSOAZms7s"
    "RxsTwvF8GJYv80pIMzQG0jykpCrX2TVignZsGThsZ7aMgiVBhzGlxIZJG2cS2WF0GBMTGG"
    "ZsnhmxYUlXn5SlNLEHbdYnRaZMnbcuTWNevI2/eNLYqsOQhKId7OiUsJG2fevJ4HnKzhyR"
    "dyCBa7gmpdRVmbD3Mm6pDn7+9Yq7VkUAdVXKhP20ehQiKP7YpivX1cz7iKVXDkqcueJ7vT"
    "p3rmDm9Udxs0YhD1ENGnIHEtZCqMxp8zH3Mo456LUUF5iJvJUG6KszkC448c1IgfMCM7r5"
    "nl0R8rCzkTfsbnM9AVGzWlWyQV+Fpw15kNvV66Of3sUbFP6o25KuP59cXETCfLV7DS1R2N"
    "xXKsBYIDZG11YfkifcErNgVW4XqY1I1DZut8QT+jr0YaGc0oGx5Auavl37ERXUMDl5NvuO"
    "UnP0PKVUSHOPsihRxJDoMRmzAn/cOS6XDtCzKbrbimM2gq8JBvQp0vOvj++Yx0P0maYvX9"
    "xf+Vd0B+OidzbmiuLweZXlxyZYpo5wEpgQKoDT3iP8KfwJJ+9ZNhpb3j1Hb94eXJWfeM8f"
    "+vaCjS0qhkfb+LqfZ5pfcUupduWICToXk7ipyJXqr/YqhtTdS2+dMKG2ZEf9jP+cuI5Vuq"
    "Gm7tbup9KdwYobNkuIJ1NA0y4FG5c89vfYgF7gP+NMBrjzpH5/UId/kAnmY2c0ppiOIWf3"
    "tJEFbOzYNggWwwVsRPOKZHg7GLQ0o10qMyKBnM9k151wgP3MMPe0ke9Pve3l0p81y39Wlw"
    "CtmGDOnd3r4Bu17yK+7xrh+64G33cFfE35lWr0A27Zl567UJvX/gpjavYm57PJ+dyeFEMt"
    "zfl8MrOd8IzKBpecbFN3a0+2Frbrx9WHm5xsfWY7tgpP9unfHim8QUQP/IkM45VKbWrjyJ"
    "InQ34H60pWer8Ly1QBG+sZhf0rfy6UDsBdMNhwuI2ZoGGw+3uO4v7dDCOIORWDl6I+G85C"
    "FS488R8tVwbkSn7bdKp+IRjCLOQcJC3dB2xuPUluUfWXucpLTaHEeNVjJ98+nd/0P5389z"
    "V7KThng4lzH5ANSvxZMubPR2/6/weje7/IAF6cJao3AAsrGj/w54k6wrr1XAdP6bMQY3gw"
    "LTXABLCEHE///t0hG6jVq7JWY+wvxTTPhv/kI5xiQ/1FJhF1WfH6unTUqUUGQhSpQKMt5K"
    "CXyUOdq0NvobdVSR0bjeGi7FmlA6p69NEw7Pyawc7Cvny7uCjMRUG21mxUH8vmkwxVO6OK"
    "Ij/NpxPt/3VzUYNkJ2KEuacV5kxdm1UAb/nht2h3MlnhM3LlmyZi5ZtqqfJNQahMf1+abl"
    "ppmjW2rv0x4Gkk3Y2/thrr1d+gMaNVy3XzibhsXw/dqH0Hwd18SsUHvtDcCRIKsw/k9gHb"
    "xvOn1k6QkHRwuW5+L4hq+5Qt2WqUs1SdSwPw6uh9E83z0ftqzTPeyxWRdB2lHWmKckLROY"
    "RfN7KdvK6xnbwusZ0oeZdg0sA5T9fBjWPz37msHqPpty5LZb53pZiusHY7u2y3kI/lyYxB"
    "nVyzUm1eBLMmDDamWCvMaH/Q3Eo8EdkodGCPCQzqeqi3xAXtk7IQHZSY6eJ7vTojnZ1utd"
    "RCd5KKPJF2IrSSKTtWD1265pjUdcgpOy2ai9CflcqFfYhyxyY2LDTF+Q9IdW898qLVbquj"
    "oSXvPKQMxRRn4wjpliYc7GugRsHct704JbP0E1Yt6EdfOvdSOyr4ymChqHidOOkwOfOKD2"
    "gdu/UofS9MKs5qjO5vg0R3nhpuaIWjcS+p/Dp1rRGX2ZqpDWYIhu7pgVextWWq9S2x7UTr"
    "pB8TLbPuJAiSgafMypQ0aTw8oa45tLItsZMvn1iea5Vza272SqCZeUunlnRba39bARnfXc"
    "qS0oevmgKtPnXAUX/jOmo8H6JZNqNokIY2wGQ/0DysFQhN1mddw6CpC/psjIOp3UeT0VlK"
    "E4zWZi7nvwa6vC6jNxxvM8dlrInelzNNY/QcOfV9e3xl9gffvXtrMKZzpmVwTCi6UIA+H+"
    "HSKMClJr4lr3tNCxpNd6U0jdmVSvEkYa0AaXUwapaqQ0l9N5Z1U0L0wEsymlXvBRmi7m0H"
    "b18dNdgPoFXlhkD3WqNR/Ww57kFZOK8l82vUBPJGLRpoUbGt1Gg65IM/xFJgXtiLQwIihS"
    "YqPPEOqS2dR+6x2bRMUbpeh1IXysY+IMQ8n4X89/BD3N3EsrlMOyRrq8mOk7wFzHW8B1VZ"
    "TSUbYqhFGFqCy3Ji1tCfYfjw1BJi7gc29HLrzQMnDKHTO9TjRvkTlKsODmOJB5g33D3GwV"
    "GfSRkU4iwJcjKu72Oz2TQ/w4YK0d8OPHhY0rN1x/N8L/VLpqjzFj0zAj5yprq+RhmiLsL8"
    "tkk9LGhVU7ytWBHL+MBs/EQLY5TlVqkukhO171JilY0dYy347E6mOgUOUhQG0RJEXQ5Hnd"
    "UyuOVIjSaozZqg6KioyeMUmTF8tZrB/PepA92twOMspWFzq9ncIr29YXMns22ee49OaFW5"
    "5qXu9upUSk62XQPFEqliSC8zsR4w/SRqX0bkgBYXnb/+5eRPR2/fRU5oIRagOWYDjjqkAb"
    "v3uUjrUoCaT0PlYJbTOm1xNFRJDbBNn1JqUo6JL9h/5FUHbe2J4zmICdawR8WWVGjhqDiz"
    "xhqgspwTvx3QDNWfyebeIS3RfuYn4JGetakWIybonvJ9KwoMB9Y5vllFjE99H8QVr2JBp8"
    "hySA+BrlufwtPLy4vMV/D0PJep9Mu3z6dnVy9fEfLQyJGJnYqy49gSY53lHLXvXIrezRen"
    "Tz4fOgBnqbq3aWzegE+I8SAoyyBwA7JvDc4xVRdwrjs7n/39JrNhFAJP4qPzxeWXv0bN89"
    "EorXU/2qO9ey/EGKOUeHZsjkSfFficIzVK5DbzOeCP6LKwUhRFmtJwuc1cJtWNdkx5lsqY"
    "gU2Q/mbRLGhHCwu2CO62cja3E9SlKZuzr2gmazNMIRVK+TSZsPcU1ZYmwv6qHBavuOClub"
    "CzDXp1yvzI+bEfxG21FPpAhDWqfPKEjDqrVbPXq+xX7K+JQj3iZnPludGCbVgLZhL8PvMD"
    "qNEaPAs2w1a7UuEaYeTIfeGvqVKzhKmmSs2zPJyf29wLnXBRdi6P79UeyZ10q0blaVQJRP"
    "RUoYCmwH+EToIPdEh2hJhhDJNnZwqhhLK2jKyA6FGYkyoA22MWFlLEuWM8VhT8NLEW5SVs"
    "djp6aSlGOQjejpJM5osxpk7/xlXmaV1lEmY1FasSig6G+7xtlDj0bU3i0LeV+YV1QO54et"
    "a3bxv5JL2t8Ul6W8iTbWTW53DYxUpj/RUlmjytYXWrWW3kGiPXGLmmVK65Bh6dl8YNqDu1"
    "Mo2ANn2nccAANv+T48XJHmYeVpWcW4sPbKA87+eYLiL0SaqIRI4e3OXwbQ0HmPhhwW2ZpR"
    "abDAN/LmRlypAN+b2Fvv1lpohdDY2hBN/HKjAg6oVSSFiemIN0ZEOXoTN6wC7TI8bd+X4k"
    "QN2T0YQJmfyUclcM/XB8TIXvoW9gwmRA6X9vvfl4gVENROL5Hj9kJy4m6Qg4p/KhD3waKn"
    "OLE0QGlx6NDFKaA6slQPPL118/nsGAlts4ya8JWGiTFEZLua9r4MpSGTNXhZkrBTPtCfo4"
    "Z8k6KJBtHmrPV6eGpiDHBAbeRisZ9/p+9A0oAl3tU19C2gnId+1ZHx0MVvHFzZIa61qbpV"
    "B56tP+aOTINhK70umPszoZ62xlKRITG6S/gxn3j2exgRmX6M5o0dqJ6L4q0a5m3pn36AS+"
    "N+FeqeturkWvTqkWzLw+zzVuoFyz+aMz4olJ3r8L56j58VEv1WNRBlTKzYqqJMt1UyWvhN"
    "RjBZaHyVZfDgBoONgf2v4E2HHoOh6HRx/8UKZa293Ay7VR3dE/7WVa1TtYoyW5E6trAsYE"
    "a9UE3KOP/lZKMRqLdWfPX4UTw9N84c5+n/LAqfq6pe7Wftl4tt3Sj9pNYN3dOSM0TFiqfm"
    "FSmdFB04rNrInv3aMNgwrEyQ8M2k9cfkwpolK0VA0R80cBX4ofsm0ORgmmBIj4XAzIHGPF"
    "ycup9QvBBqEcf3DMBpjMHL98lIhKmWhEXJcSL1AgjaCuRv5kCv9Ky1RPfYbRZe/Wu58B4w"
    "PM1h7wcBbgt9Y/ZANZIlJORJWrFCxpi8YqaoKZ3O8Yt0bjaAK9uMIl1YFkspIuPJtqL3OL"
    "DmCMYYB09ADU3koNIKx5nIZL9oOPlCyOxpandLmgsrxamRKDcWPspqamYDKPvus80p4XbY"
    "gHvWJRQXqATG1HcwZ50jMI/VvAucZeoNp3Qnedz77TLP1OXf6dohMibWM6h7yEwpzy1jjl"
    "RV8FnU0kTWP8mAqppH6XOaH6QWnarp9d36rMJ5UnzaF7h7R7q4gpA/bT5bfTizP29ers4/"
    "n1uVrf8fmYbuKlJP3c1dnJRQni0/942xccxrVLNpElkOdoDeYNMJenPZ39OqHY/X6dOoEM"
    "Z44bOp44xGGf4hCyHVk9fVLWFtfzxMbi2zaBPfPFJiFI59VLKNZ69faHp0Yf1hpW7N3rFY"
    "neukxO05kNtOUc7sMbKfySBNE1SbgzVF1w6Nh6Ut2nq9W9Rxvk6sZ9wqpE2tG17n+O+tlP"
    "UJfa99NraqsG/oQ1cz4c+/5DkTmnivLS4zc+/O+Ku3F1jHLuJGaQ70mn+7XRVDHqj5XtRR"
    "EUtWajFF5NrEf9FNMapVKYUJQNd5VJJ22MkAYIy0vZHz6QPSLgI+48YghQ5NmAFp4JFwIe"
    "WYYBUbIyLP9XmkFh64PKWCOf0iwAWkgnVF1dbETV3o7ZQBXUi41Jd9wbwSxlmrXYoOOEOL"
    "gf2OIwJlE2IiTy+JyLEGeD457Lyrewd6UjomR4g8AuB8pTZ9DQlpOx1MRFcntNDTVqPfTt"
    "2VJ7DcW6sL+wF1NgAsDwosZgkxpB79tYINytGaeVn8dejc3GBOhuNndtUHLYqPZ+Vs07YQ"
    "DbteuzdsWP9Yp9tA3ubQsme1CM98dtQbudSrxaloA0jbHdrqGRbEUx13bKGp1QVO1Jmet9"
    "2atMjevn8doYQ82zYPNsaq/I5iylYXPr2LyWf3qZpqW4QiIFbEMdedYZfR+VK0vV5AX1Ug"
    "Nd+Vru/5ezcOQTpwpK3OhWr05166caNdDXWiEbUaLYO0o8G4WKUb0ImUP2A/wbjmeTYQ8T"
    "JFkup39HfsAP2Y0s2iwij3xyYEeiXkqTWaax3dWwpcluk/EUTwnnfMLbjJ40uwyWaEsVC/"
    "rZN63Wsz3dPbm3X94YF/c2qEuNi/sW00c8Wu5Mzxk4pljRH7VtCG/ZIbUVVpX9Eeo09P4q"
    "SksT1iyVMaYYZ8LnIrwYGfXZsblwzG66SxYIzUZZ7/OWAFZymNJ1fPua6Ww/4V0q1heWWJ"
    "ty3HwNnBG/QGtfiRIgudmrrUqJzfqRybChJiCdKmYEK1B5U2EQvapEzkjbL4vPUL0aVWcS"
    "BzrOlKGxK8T+zY5B0f70rGKgUj8zXxbIwYwBpBiAtRn20qlz4gj7+dgXHDMNYBAWzcHmI2"
    "cCCGHWgBCkdNI1RB5ZOAFUN8Bsbj2ZPOcFPMQsCLg3Wkh3sGO4i52SYiO+FSq3r7EVBfJT"
    "jmua41wlGljgQwX3Gtmgo+6xfTEm3ygOnlRxkGZOU+VBmqaDCoTXDfQHryvVB68LxWPodR"
    "H9O8txecmaPvV9l1teBdQF4hzgQ6DeQ8RrID69vLzInB1Pz/NeV98+n55dvXz1Q1axUDQa"
    "R+iN8CixOvhpcgN/c/jlB68IerV3UUJhfItMtKORXFub/et0Zt+Xl6RXd2pP/cOkTbMTvy"
    "ydkpzI6diK/t49rHwCv9DCdvL1nD3wRQ9LSMozu+NR8i0vHGMz/OW6Fef9TY4gc3vJMntx"
    "jIU/92RBldQo1PcAevwwSGImHFsd3nGoQzYQU+6FSdoseW5PRBIZOCIc+ETBqEN+73iYPH"
    "nQkwm1qJAMwU0TBPlBzpbK0xyzASxHlBDsQbr3+PFohLH1CLKFD0LGKV/4IJgMpCgyQIGD"
    "4j9uPRRKAn6HBdBwXPg1cEQfvp/2QAauwBLAyBV3ESUSq7Z7pgsU8sDx7YLN08gMTyozmK"
    "KTOYnhfRMv9/fVXu7vC17uauFrIJxQdBDgJjU9qyt6Fut5GqF3y0Kv/EKUnD6l4qrCATom"
    "yh88JdWhot5DsOsM6Gcfzz+fXLx8/WPv1VFOpoqQf1PYINTXVVOiTVEZQba5IEtHMM3FHN"
    "OYtbxsLUdnUE2E02QG5GUgx5KBrkogQ2g0Aq3TCBjFz7Njs/FMeR5sNjkQOlNeqaWQbrO+"
    "UgI1uRyUiCqK7Odfl2dSkmrlX3y55jsC9h/bV9ETYpVq+gjPZar6/jhq2Exf7wg2hklKLb"
    "pSP8vSGIn2O/afkUps8UEVv4jUzk4Y66ErdPbbGKVZJI5CxTGq6Zappo0z59a83o1Kb9sS"
    "erypaKzbDJFZs/VHvsTuvOahLzFy7yesS499mWXVJqfjEx44o3HZiUbdqT3NWEmbZQeZak"
    "g3XHOyMh9M6TtdkgpG8W+9j/82DU0bSQVT/c1XftI6xrwUSQdteUdvm9hLoVWlPY/u5T7/"
    "8FJpIKyadxDdrZTQghHDUhtTXU2WmMQ4S2o6Sz6pF90f/x+2kSEl"
)
