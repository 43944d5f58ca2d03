from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True
# Nobody removes or changes a line of the audit log by mistake: only what says in its transaction that it forgets what is
# old, or whom a line names (see server/maintenance/audit.py), and then no more than that
GUARD = """
CREATE OR REPLACE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
DECLARE
  days int := nullif(current_setting('inference_server.audit_days', true), '')::int;
  names text[] := ARRAY['actor_id', 'actor', 'key_id', 'address', 'client', 'subject_id', 'subject', 'user_id', 'before',
    'after'];
BEGIN
  IF TG_OP = 'DELETE' AND OLD.created_at < now() - make_interval(days => days) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND current_setting('inference_server.forgets_names', true) = 'on'
      AND to_jsonb(NEW) - names = to_jsonb(OLD) - names THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'restrict_violation';
END
$guard$;
CREATE OR REPLACE TRIGGER audit_event_rows BEFORE UPDATE OR DELETE ON "audit_event"
  FOR EACH ROW EXECUTE FUNCTION audit_event_guard();
CREATE OR REPLACE TRIGGER audit_event_all BEFORE TRUNCATE ON "audit_event"
  FOR EACH STATEMENT EXECUTE FUNCTION audit_event_guard();
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "audit_event" (
    "id" UUID NOT NULL PRIMARY KEY,
    "created_at" TIMESTAMPTZ NOT NULL,
    "action" VARCHAR(40) NOT NULL,
    "actor_id" UUID,
    "actor" VARCHAR(80) NOT NULL,
    "door" VARCHAR(20) NOT NULL,
    "key_id" UUID,
    "address" VARCHAR(80) NOT NULL,
    "request_id" VARCHAR(128) NOT NULL,
    "client" VARCHAR(300) NOT NULL,
    "subject_type" VARCHAR(20) NOT NULL,
    "subject_id" UUID,
    "subject" VARCHAR(200) NOT NULL,
    "user_id" UUID,
    "before" JSONB,
    "after" JSONB
);
CREATE INDEX IF NOT EXISTS "audit_event_all" ON "audit_event" ("created_at", "id");
CREATE INDEX IF NOT EXISTS "audit_event_actor" ON "audit_event" ("actor_id", "created_at") WHERE actor_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS "audit_event_subject" ON "audit_event" ("subject_id", "created_at") WHERE subject_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS "audit_event_user" ON "audit_event" ("user_id", "created_at") WHERE user_id IS NOT NULL;
COMMENT ON TABLE "audit_event" IS 'Who did what to what, when, from where, and what it was before and after.';""" + GUARD


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE IF EXISTS "audit_event";
        DROP FUNCTION IF EXISTS audit_event_guard;"""


MODELS_STATE = (
    "eJztXetz2ziS/1dQ/pLMldaTOImTjXe3ykm8M75N4lRsb/Z2PCVRIizxTBEagrSinZv//b"
    "oBPsCnCL1M0fiQ2CbRAPhrEGz08/eDKbOpyw+vOfUP3pLfDzxrSuGXzPUeObBms/QqXgis"
    "oSsahnGLIQ98axTAtVvL5RQu2ZSPfGcWOMzDlpdsSofMXpD5hJGR5RE294jskVieTWY+tZ"
    "0RtuYnZO4EExYGxCIzi/M5820ysfiEeEx0geQuGxPHIxYnTnCIU7DZCObgeOOdjBZ6zm8h"
    "7QdsTIOJQO+XX+Gy49n0O+Xxn7O7/q1DXTsDrmNjB+J6P1jMxLXr6/MPfxct8UmG/RFzw6"
    "mXtp4tYIpe0jwMHfsQafDemHrUtwJqK+B7oetGPIovyRnDhcAPaTJVO71g01srdJGFB3+5"
    "DT2BDsGRjg/x/9d/i+amtOv3P19c9S/Prvr9gwLLcQ45vkSXRgA7LBfHCxCp3/+Q/aaIiK"
    "sHOMD7n0+/Pn1x/IPAgPFg7IubAq+DPwShFViSVKCewjwBPgMABajfTyy/HOqUIgc3THY7"
    "QMcQbQHUg6n1ve9SbxxM4M+Xz2pA/ufpV4Hzy2cCZwYvsny7P0d3jsQthDuFl04tx9VBNy"
    "HoHLhHr142QBdaVcIr7mXxjbeiPm5FRZyv6PegHOcC4Up4R2gmcMdNUrzTfX4HgNfge3X2"
    "ryvsecr5b64K69NPp/8SiE8X0Z2PF59/ipsrbHj/8eJdDn2H9y176nhF4N8x5lLLq9isFb"
    "Ic7EOgW2WdNwE+ubJb5N9dXHzMIP/uPA/t9ad3Z1+fPhdsgEZOIC6ff77K4T3yKWLSt4Ii"
    "4h/gTuBMaTnkWcoc6HZEehj/si0ObHOvgQe0Lzx3Eb2Vda/C+aezy6vTT18yXPlwenWGd4"
    "4y70J89elxbldKOiHfzq9+Jvgn+ffF57P8Jzhpd/XvA5yTFQas77E5vAHKdhxfjVH7A8Wi"
    "2zvli40Xhtbobm7BnpW5ky4PTjlHWa3kdYwo//6Pr9S1BLbFZRCJs5eylz1cA3/Eqz6+mq"
    "6FFCRr5vTv6GJNkE5nzj/ooqsYpUeY1RH6hD+6CtDQCkYTuiZC77CTriKkHB3XQ+lL0tHe"
    "ymP1SM3pcMLYXZ9T+EgHa6L1TXZ2Kfrq6toSz9q3XMfi676DYpc6xZ66BBYKC+yIVYkPxV"
    "vTo2n+iuVZY/FIODaOFCH2ld6CaDO5YnfUOyjRhmXu9+q0Yr5s2Q+SpkvVYxceJREZEWQ9"
    "MlyQYELJ5c+nfzp6dUzYbammqynhjXfjDUIuJOUBcTiZT6gHN8jc4oR+H00sD1Aht8wXxB"
    "6cL8kgWjYwx0GPDHw6i2XtgSQPJlZALI/PqS/6GTv3cJV5I0qmzKdVmrJfYoGuL7Vb6TAH"
    "v+a0aL8c0O8zB54OBfxfK3Vq5YfkOlXPGmfjNusijpuoIo6rNRHHkSKiWq+mMKsA+LlXoZ"
    "TIEuVQx/d7//YomC/8+NPR85evX755cfzyDTQRE02uvK5hhTkCP94jcEaNmu5umlzPUnaQ"
    "63vC5RiTWjZHH15dHitkG2BwO88QneCvIhrp8jhHavjcZj5n5damNtws1SZtue1l7RLLbU"
    "ENXMC4CPDf4UjhjL1/0IWA+RymYsFR4zEpfOGyb82TA1BuZcEv8NxUGlnen16+P/1wdvBH"
    "tYJ9m6fpGPuSg7TCluoztLIKmp2eOSyNPzneW2JBq6njLvDgmzkZc7wynzijCRxRKZ6BXT"
    "ivnhBrNILB4jY4WTwXo5sIhX/oHVJ58t7FoMtdTX4Rfji4COBGwxPz3nmhCCeUl3vmhGIO"
    "dZWAm0OdOdS1lsuNhEHYqFd6tVU6I+63mcPxZ1XjS6mQGEG/XtCPnYfXlPJjL+X9hHSpiK"
    "8sKF35XtVPKBapNS2LeTtYR3Dfqm0x8qopOQyl/jbVZ6HIs6fZWeiUQFM8dFgEl84TLgyC"
    "TsBjg+AJGcxgPTjfIzOgFUgTIZlaCzKEM82Ezb1DMnAtHvRViyGiBAcW6HjqeGFAi0eiHY"
    "+tczLqZUTqDp2L9tM7X/wsAF1tsI3bb8Zg+9BHn4zJ9k0T3/w31b75bwq++fIV04E3pegg"
    "wEdNAD6qBvioALBxN9iwu4Gi/R2xWZnv039fXnyu0K4nFPnDlDMKyP8R1+H76F9QAyxikT"
    "lCFUIe8tENuQ0aO8iHPBhVVfWaN6qqHaiqjB5ja3oMVZzW5XOe1nC6zZz26T2cy1fzQ1Ap"
    "DZfbzGWjlzR6yT3WS25T0yajs0oUbUnYVrWebZo0aaBlw+5tmVMCdVho3Gdz4PQJEVgAxK"
    "i34uw26MH/0lUeNWHcDccE1s6Ck8C6o16ZFm1jfQuvf25NZy7lA2L5lDi28EhQophScjGG"
    "0MGhYwKh99RfYAqMEzLwQ48LRRzcJAD+gswp9Da1bADHgjNWELiUuLDMT2DEe8t3ENS+DC"
    "sAyhELYX0Japi1iDzgJG7GZWdRDEJ11ICYX7TmBHfz0QK/H6SrJHcskc4RKLX6cTBptJSy"
    "wTfxaTF+mQ8EEawG/IN8+/ns65lkguiZnF+Sz9cfPx6I7VkZPNZXNR0W/+IbGDec2Ss8tK"
    "RaaXyjSDWK1Jbo+TavjLqD59IBN27fQXA3r0RVp1XAuDq/SY5sd1AfPMDGsJXkJvcOd4YO"
    "fLIXOms7S9XBFf68yQp/Xr3CnxdWeGCNtTTZcfvd67GVT+EwdFyQMPkhjvcQH8OtaLcjGV"
    "jLrpCSGIZsnCF4oChy450zrowhjSl2Fz36bFv7jgwd/fPR0YsXr4+evTh+8+rl69ev3jxL"
    "YkiLt+qCSd+d/4TxpBlGFANM84eyIvqV0JeRdoYNJoLXWNDWsKBlT9xa0Z0ZSsP1tnC9RA"
    "VfyNSSqkJ0uZ6lNHaW9jC5+G6rCsemmiyVxlha6i0tAitjallmalGXVMbW8hVW+Nfz91fN"
    "nMATdXuJ3K2bWeqfUV8dQj0rLFN/Axkn/yl76SpIJllgO5MF7g1UWzcEJ9tUlUFY3ceWGI"
    "b792rbBhbiuD1hPpE5EKOEadKy+yQ2uGLWNC4MoiPX4vyEDLjzH9ofLoLYaAsrglMZKYFW"
    "Uzcsjb3Y+nilRlmJTY1R1lgIjYWwJSp+YyHcK/sJp5ZLS+CtNg6mFJ0AeNeWwfQ7oKEczh"
    "KZ3I4lmmGjI6yGurs6QlUyairlqDRGe1SvPUrcNdfUHnUtoX8vpz5S11SbXHVj7UjJ2UxR"
    "nFSfyu6VRo1ShDnTaSioSUQqQ9VF170oSZdF5sy/g1MSHN1ncBbiJATu+ujjSi1ecu7aVM"
    "fSVZeF/oj2fXorE26j0w2wzOJ31MYrcIDr89GETq2ByBU2YOIB4dj2FF1rnUAkGGOWTe0e"
    "4SEOK096v4WWFzj/EVqGH8QZTwTfwzHuxkNPbjK2MCsZpv6OpimOjslcMVG478A3XjSBK8"
    "Eh+TZxXCpTiOMQAcMIfsCF2sQaw3qE+d5ajgs49bkDb2CSdvzGE50P6diCRuI54CvAmYdp"
    "xReHQOYIf2WP4YASPnEpOpwmMMOR9unAD10aoSG8aAc/9DDLABvSgXxIMTl/AaMydndChi"
    "yYiI5wOeJ8RJ+WzIQOQ4phbbKg8IiDIbBGJiBIR8WignA8nsMuMwmwniCxbGsWAGaRebzh"
    "YTmcDuF6Ux/mJY680dz6kmO4Nnv1zrywKwaU/JU8+fL17Mvp1/PPPz0peBPj0/eXOxHHY0"
    "cwLPUjjroVTsQXV8aRuB1qArkcm8v9KYGR+UtkfvF+6agGEoJOHF23rRuQHwwd3UBKYSoi"
    "rqAakJKJwExnUWfJOri0N+8YnwqBWqqvDFUngN71Gs/K2zrLvEjZhT0mt4cfvWmyiR+9qd"
    "7F8V4hVRHaNVmJ4FGbrSgl6sRK37aZIj03FnGu9oDPUq3lBN+ylb1rb/fomK4FfkrSjvAD"
    "HLYz4QeONwuDFV6JPJ1JObXOWxEGq3GhQGjYsNa7cMv03gHZ3oC+TvxTJDGuImV2U77cvN"
    "RjO2PKS0yu1QinFN3Dd/N5RuvcBeoi+TbgMdA2pB8kok/YRHR27oTAyPKr79zCtKSDekJg"
    "UF8LdbyttdxVGoP96thnrLhFBtR7MBWITchbe3yWiiFvVhDQ6axEaKr8misUJiY8/4mWzh"
    "SaTmAZojVM2fvzmiy1Wyu5bNFbph96gVPi+7UklW2W1GxEbd6ITDaF6k1qP31mm2RTiD2O"
    "NHZLhcTsldm90nggGw/kVnsgpwHs+U1gA6g2j75u58u/FFZl51sjLYDqtbmLUPc9AdtEup"
    "tI9/2IdJfrqiSKIllw1TEUw6TJ0giKT5j1W80bHmUmj7y/e8LP3gnolCchD1GG8DiSXBjP"
    "iUVmzBeuBSI2XQjjBzl0tzoYRlpcTWjUwuFkIH7jg57w8kclOXYyCGcYSQEbLNxgvowlQG"
    "0WtYEUQxYCf9Fnt4NDMghYYLlJlnMc3nU8CnMTMQbixIlBDzRKmy7aUfsERsZHGEQB9zJa"
    "H+6rDz5cEBCWozAJUTp4kMbnQ5dTSSbuYIfeveU6og298cQsZIOR5WFwgx9ifcURfjld7E"
    "p0aw0BJPxLTEygEFGyKLu8mLaHGeElyMoMoTuQmhz8HSMlbrw4pAIJvgcJA4Z07Hj8rbiB"
    "xh8ZI4No9wgsy4hCOJWLW55k0CH55gQTmKPr9pkPB4dgAmsEJg7AykkCYjcebM+jO+DMkN"
    "6yaPRbx+figXmEnsP7UbMB4SJJfhQDI9mCES0sesQ76De3/JyATBi8j8heQBZ1CbD25Nyk"
    "CmyA0TZiZOqNMEm/KLeKNS+tMFY8JEEw2FAsWVH40mdsSmDmZAqzj6aLcSjRRHHt3XhJqA"
    "00PCSfWWaG2fUPL8uIwnr5PrOiatNiYC6CWmCtzBhsTklgi89CyY+LGfVOz59wcvrlXIa5"
    "3Hg+ha2Vq8sax1qSpR/vOjaAAs/gjRaifGk+0qWqOGcvTlyfDYVxLXh5m4TCiD2tz2ayPG"
    "1dIIoCT2VG/eXhL3I8+Uo1CLyRDfsRrOngUSQMOf38Ad5DzD27LNd/hF6j6bnOPe3HlU1q"
    "p9do6HhrbDa4bL5s5KTTAhxN+KTOu9ms7uhsaakHnIYImfHplN3D17dDcUoiTOnlnoUpVa"
    "SMq3bpSAg66Ci8eZcOeMhQK8AjIeggvFsI7QisICw5INVHhYVlFuwuALz5sLBYtNGBWKXp"
    "ntvXcROMj6sxPi5gLE9LRYSXeE0bN4w13TBSoUtDzsgQGftI3glXHuF1AFVpDJ5ZPLNn9B"
    "I9IGNwbvYq/EgKxDl4h0C9rU9ecmW32L67uPiY2SfenefjFK8/vTuDj6CAHxo5UsVf9DRJ"
    "lRuauGcJd4h5fD7ZW8jxOwsDj0LfRyVHEfdKn6kSyg65QW/Me8qmlo0ap5XS7GdIja9Pm3"
    "19pjSw8MSvI1OqNEaqXF2qFKYLja0raW82rJKPMJpzNMBM2hvP2TyUwqClAWXS3kBZSEUU"
    "jkaU6sGZoTGQFkKvhB1YA8+UwIBZKJwWWaM14FRJDKB5QCN7vgaeCoWBs/BVlz4VOt/1lM"
    "LAmYcz9hYp0VPUBA2rVJ3BdMcBw3gg1ljFcfPOwL25DdZEyW0SThPT9Tj0PIoPlyabs5SG"
    "y23msuLtqMvmHKnhc5v5jP6pRQZXZyiN23fBx6KOj9tITUp9vyxHZjXYCYFBWx/tvOdyAf"
    "dqZ6IS0i5wIO8Y18wzrs41riSjt3CI7k8sPtFBPE/XQT+5LaRGU32aC2DX+gvkSY2XhobL"
    "QInzv7YoXN6FkZXaLCspEQy6/M6RGj63mc8ma8mjYLMp6Pgo2JyJKdN9n3O0Zt9uM6dNpp"
    "wNu4Irob2NQxX4JpLedRPOuMSeHqJZKgNqfTanODo6i6522qHrqJv9hHRp0iHlLW2Qyslk"
    "yGqGqmaGLKX07ZrANs/btK/QZjfBNRJlRU49fZEDo0RpppsK6mPkXtER3PVyHCkpculwwt"
    "hdNaAXHr1i8F9DWL+l/e2lPF0OrG4+KLG4qnJCxStvSV6ofuwAtDw51KnIDCNT+gjaJ3EG"
    "plzyoROsqYx9C5BFBhrMKzNzrREltz6botPK4N5hktdcJMCJ6jhzMveZNy5mi9r56KWJb6"
    "KexTajjFLIe2MyiDxoBhGVNQW4K/23clSm5HGJcSNOq6NlMM0Qdc9U+ur5UQPbHbSqNN6J"
    "e7nTYLJBFZGujpjLUpnqXWsEzalbfdP9WqUxR/H6o3iSlnLN003XUq7mzzbqmsqcbN6fXr"
    "4//XBWd7DREtdXEUFjQbxKClUE9WWCqHJGWC6LfpuAHBcwElDXjZJkYnpMRTyUSSh9OqIO"
    "nA5lukW8ghlGp5RzeCiZ2RGFQ+AU5UWZcyujYGrSOAklQIF0PM06SYSz84mSb9IpyTeJM5"
    "ASa4CDM9/GFJ0RCUi0VpKcc045JoqMnq5Eps0Jrpl8e5jbs3GqvYh/fVvmCovf0oNeMeMe"
    "Jryi5K/kyQzQhId6UpNyr03b8HLhuZWbcJ2kbHT4mzWJ+CWa0GoPzqh5J9zZdu3AKTLja+"
    "Kt0hjQVwBd7Nw6R7+EoBNwbzu1oZAQNDQWSXsTb1YRvqd1elZpzNl5jbNzLDgWsK/3p1HI"
    "jCtNm11pTGzsRvcqExv7OF4b4zn8KNhsPIc7y+aCPltH97pU9x17QWxb890GPdam9d5r6b"
    "KVgmQlmuxsubJqPfYs226pEhs4jQ4LUp0cuTAVldClrVCJXK8ifkuY5y7EdVQuy4JLWZ2w"
    "KEx063gOn0QlguaHZOAyzilPCl3hDVmsmt94qN6GuXioshZuF7ZDbSzO5VKhihYFnWTFKs"
    "uFEaA7uHYnZmjxkdT2viV8arkuzAjrNskSTiei1tPEuqfkGeEMEPPhGQeisMeA8BGDnYIo"
    "cbfkji6EyhtHwZpMd6JiEiCEUKHGnYUBPKozngxZCLO1bgOKt+WjYK0v+RzyCUIPAXKC3o"
    "03BDrsKam/hUr5AQ/5jI6C/thn4WzwFh8WHwlm7N4mynh8fFHxSUw9DDhMuC+HESQ8Hp1b"
    "jp0UpkomwuAR0YdFoOBgEadYpU7vqYdqfVyXPFb8wy/y9o2H/Ace94gjS1hZnAjwz34LLR"
    "crgY0mFM3vAy5YzidoH8AFALshvNswkhrwOcCFwOU0YDEE0s2mR+CJxE8s5xWtBZeNuTCQ"
    "CCMIcEa4jYiPFBng6qczGEqpQvXtxXsirsPy8gIsHQbrRRZ3E5WvOIkkHYSQBwzeqD4WEu"
    "OpH4/lR0QRCmKNiGeW7cnTwaX45Z2g+0Et0CZBh56i6mwwyqknaswpNh3Rl6hgFrsZ2T3F"
    "hUjW9IodiRCFGfUn1gyXAzIofs9GYo0/4b3YHwkZsPuSWiUN6mw56R7Wh/lXGnIKpZmSGj"
    "H4voufodfAdKQMJ9K/NLEchRxNR/CbH0jbUeVUQm+sNwe/QW2vJlOQzGw+LpZ829DQWVfY"
    "lbkB39QNM2PVmYgtfoWpiKpikjg/KfXQ3Hwigqr5RGY+G2GnZagkruAao2Nxt8TVvsEUzj"
    "+TpykavcyEfijMSM2l3nxSMdWyKSm9Fwq/rTRdZQvMnpm0MB1NLG8sFeh1s48GU2deLE0X"
    "f2PFrqxRp06dDvaxbDLJQPXTWW0Gq5XL28zYoRd9lJcikK9emF1NqcwQ1xEUN7Y1bctj3m"
    "LKwqWrKD8BMSt1aZXxsdLfuPH8kqNm3dziYWrXlDqXtGTZGrPqp73oT854WD+o34ip0Whq"
    "NO4K3s3XaIyF0YbGq7i5sVwVyg6YYpfb9QgRupcivkvqMJZZD4wDg4YDg9R16eCeUphKRa"
    "vjLnSLOrAnBAb11VEXiUQBVFtL5MhSdS+s66hJRsaj6oyMR4WMjBKxKC6gCPWSTK8qYRfQ"
    "3rXvKhordECP2+9OTjl4gDPgVqCeUpjPSGsjV0jMVr76Vm488w426pknjOEaaKYEBsyCS3"
    "ZsycliuaRiNCstUGNSENelIM64K+ioQwuEpvx54WCouHVoLuYisVnVGqtaes9oRitmiMxq"
    "No7nj8VVNaPvlk4XmixOqYwnctvZO16Nv2MTbrUH/FWdczR5nCM1fG4zn03lkMfM9zX4bf"
    "i8F3zmAZv1OYUntEt0Sn93mVWhVcoT5th8i5SdYu2Hi+t3H8/Il69n788vzyM9acJLcTN7"
    "Wvx6dvrRVHjTdKsxFd52iffmK7xl44N0rC1FSmN0Wd3o4tPAX/TZrY5eSqUxaql8Gpwkck"
    "xnD8mRdW/HfvWqwQ7y6lV1mtlX+R0kE7bQFOcMUfdQNpU4u2IwUINBSnB3xpVm3DzlSsbc"
    "tq1yac7989HRixevj569OH7z6uXr16/ePEvsusVbdQbed+c/IeQZ1lQlDH+Q/J0tw38z38"
    "aHS23fMjhNZvsdCBzbyGxvsiCtskXsnbLLZEF6FGwWIdsrsTlLaTTXbeayqZL7WDhtquR2"
    "pUru/rwkpkhuqyrz7LZIbjuXqamR+yComhq57a+RG85cZtn9sDQwRqdC7rXo6Jrv8RGuWM"
    "i1zD4blXkqre2gA1hUTeuD7G7RJdhw4T1sYeFHX1P4WgQXl+S/vY6jjqtT34ZJk6VZb68m"
    "lLjUHsuMtCKNZ5oYimNGLPutSE4q6v1SazTpkbnvBAGNk8vK+mFT6kW1f6knaqcVU+dud6"
    "jlxdQqc1QpmbD0BNkCoclcZTJXtSpzVbRCV3JzLKFd0dOxbahv29URk/70Rd5vnWDlPJkJ"
    "Wc4bBWVWH31kC3QG2jy0xgy4ym6xF/rkgm6p+lipJffrCrTifFkq0co79SJt2qZRJQexmY"
    "rk+ChsolQpBIcTTGw/sjwypELghDsjSgaqUUTktuc0kNnkZaL6Af0+c4ANeLu8JsQWxxPV"
    "JRAy0TLJtI8qL5HWHkVgSTyYhT6sGGgYlyN2RCEGkKNFmnwQjBey3AFnm0vpfyI4/VaK5J"
    "i43yOyxIVPRViyKCTgseAmTincUF7/5SBFAZPZKln5lT3n10qx3qSeNQL83gvwmh5Q6/g+"
    "tRvarcTHiLInXiCB0oA5T9dBvJ83wvt5Dd7Pi3hz5z90JQfgDN3upPfO+f8aH+yH54H4qb"
    "HZxO2759B61CiE5qgmhuaoGEQTycA6CCskHQR54/na+cQ6enWsA3BK0T18Nx+gZHQxldDv"
    "uy7GeHE+Rk4regxNPmcpzQvdOjZrKFczLn3GWWdNr5OVtM8IWKUCOkJzmQ4aXa2a6aFPFf"
    "8GqR2VJWMtj8iuUC+LdW2F2pgH1oKrhVEVYlS+UuCWXVQ+b2uQJvrZCBBZ5e+XnDuEUcw+"
    "rGK2nV4t7dh71g0iSNa9BqwZIgPpEqf3xNy3rtt70tF+wrrc811dVhk/4venl+9PP5xlfb"
    "TTl3sD4H7JdNZRgAvbYTnID2NUj91kS4QaxYO2WqRRPHaXyzPfJmwq6stT142t3Ck6RdFk"
    "SXu0a0MTek99EvlkczJhri3t0MJ23COcSUFlHtWKD6BBsTMyZiDzOB5hvo1W90FURyMpdX"
    "9LvRFM68YTTkCJA6oTEJ+OgIgfEvRPhT8oTgQN8mRgOxyBklb64QJkKj6n+HTk5fNnh+RC"
    "zkJMb+DwPuxu0C6qCwSPYt0Lk/uNd8t8UdJ+8OP988qi8wXpqpGRu51f+eUSVis/SHXi1I"
    "MFDrZ031xXhPJLArCqqz9FzTthZ61TeWyj/NNQlAbQw1ulMaCvAHr0OSjR8tTlF1OoTGox"
    "jdRips7WwUbrbJlCJCttJPugsM5kQkzlW10+50gNn9vMZ2NQ7iyb13Lub6YWioN2d6IUas"
    "PJcSsqoU2oeZJQ82p1jxqNvlTtE4fCL5rqf2IVDIYzoCKmR5iP7v0ybtdnc4w2EKG7ROQy"
    "F+EAS3REa/eJeqSL66sv11ciCOLjxU+XZMSmlFhj4KG4Jn+TQcSOj52+JQOPwbIcEBGUIJ"
    "VEsNlx4H2PDDgMNBDXYnXOIRkEmDMgJrjxAmFW4w5GdGDLGEwR7+BaPCAWv6M2Tj9VSAG9"
    "JSMxiEfnIOvjU/IqnVDepgatBAZSIZS1xaXKhuymLa1zvx+kS+3Ag3NfFFSBHgawBWEuim"
    "QZViRMWPTtULz38QsvpvMdFg3+Qb79fPb1TEZok7+SJzPq2cDjJ1L9rAyu5BPUHj+qPrp8"
    "An/5mzoDY4k0qrOWCxsaqjO5AxTArPa+TAg6ocnJhyk0ilKoCVIoeLfiBqIDb0Jg4G0Ar/"
    "jqaihqkvZdivrYmKaGl24F1UEc5RuBwRKvBOUpoSrBTNobNKtVslp1kFSatSogtQ3cGuS2"
    "UgIpFvAL2NdrexQyo+ppnaono6GH42UfS1bpMzlHajS3beaz0dw+Cjab6gyPgs3tdNZqL4"
    "NX9x82bq5ddHO9pPBVCw6qrR9Rg14T2wdP2zaI5OGwYtDxU1JJGwQqKXtwxXKpfZK6gqL6"
    "32eoFLKJNbcWgpaTIeWOnWj+RfMmyaV2O3SjqJ9SS4MJ93lYJbtcC0Wkq338UopOKC537e"
    "FnRPNHIbO1KHbbnLO3dwAzJsrOlLBpKaQr17B5YNk7Ov0wv0zuTm/WytyzTLNGRQlGIOi4"
    "bBzSt2TE7Ei+9UOQZmX/PWJJp5058+8wcszyPAZSHEi+TnAi7px+OSf3luvgFsulDxCXKU"
    "35aEKnFi+vUbCzkdcoWbDTHGLtctLbTvalasH6Dh5TB+q4fSeE6m2nEpM57+VLoWMpzNMZ"
    "a+Ea1sIoPb4+FwqEhg1rsMF2xqURY9VbTUrRwc1m87mUheWTU1qiE25gMo0JzXm9dSe5tY"
    "IgNqilFvJgmZgc3amVkedpm0YVDmR7MvPZiHIu3NxRwJxQyw+G1CopwNWISlQbiKoTKs7q"
    "js1R84y/xjfRnx5pbXrvjOgTEI/plPmLHhnIupFRWQGRZ0FUHrh1XMw6RX14osEwtEHsjR"
    "rdeGmrqSVbnpBBwEASj/sRBQ5ufUqTC37sdx+Nz+YeEDle/9Z1xpPIf18tMeZIOR5LH8yx"
    "cELcB/rxWz7I8BIMyZwnMUg9GXwwd4KJEiUAz7WIKixMHc4BYmg3nQWLqNYC3MLzrM1PYL"
    "Shj1kn+skxiMu5jWBj4ZTLE8aIha6NdRIwEAJzulC7fOQTkZjiLurDZ2xKmCyPJi4Dm248"
    "fIxbUYUBpj9cyOJpNAjQjgBsxG7XPYIYtf4u1PqwNrVEgrh9BwWC7WSLLlvGlS6fs9JlbB"
    "w+hSAktmEt8TWh6OBq3XxaaPic+KsZnLKURoBtnQBrTimPjMly6+vrqnFzZLvbNg+2JTXt"
    "oMiPcoooYl1X8iRHaCqeFFnSrOJJemrTY0CWzuC/Kv7KeVyPATnCzmRK2jH+qq5DjwF5Sv"
    "MOrMqDWGulY99QaXZv2lDUF8PQcQPH44c43kNoMLZi8Eg0dRon8AxNZ/ajjR3CUT4Mypd5"
    "JaQZGgNpHlKhKdbZNRKCdmwZOGxntoyCIl2HMaXEhkkbZ5IwQ+gwJiEwzNgIM1piD/0aeu"
    "8xV9ZBiUU0uders4n6odcfJc0a+Q3GScOETY2n1W7mE+pljIFo+ksygsUmvwHaB0uicDba"
    "84aNbpdT+OBUC0wbtFg8rN+f/K6/OHp9nHzS8Y+6r/nlp9OPH+NPerWRLapLv1rG2wKxUb"
    "22TvXakg3xUtRQficO8yV7onq7dlvM12JutjOK5nHpDDaHBfgEfThmYcB7RLrywS9YJkz6"
    "hcjKMvyEjGB/QT/niPT8y/0x8WiAriRir0v6K983dzCuLCUC75Mo3YHxj1PMFClw4phP0q"
    "dTdg+/cjaFPRe9IEYTy8MqHU6Q1hjx2JDZC1EILWAyz+O6G7aYn46KPyHonKv2phz6qvfx"
    "VRRspqj8Sqq1luyon/DHqetYpRuqcrd2P5Vqbitp2CwTrozCFrsUbFxS0OuRgXiBf8SZDH"
    "DnUf5+G+kTB1iS0RlNhKvbkJKx2Mh8MnFsG0TJ4QI2onlFqtwdDFqah1YJThIg5xPQdsdN"
    "7Fj4ib3eMz+xhw0IeuhtL5ezslnSyrqslcWsoG441sE3bt9FfI8b4Xtcg+9xAV+TAakafZ"
    "9a9oXnLqLNa38PY9HsTdi1Cbs2YddLJNvT0HaCM5G5u0SyVe7WSrYWtusnCcAb1fgktmNH"
    "URtM/OwJFScc0X02ldENPXFQjytoYtahIb2FdSWLLdwGZaqAjfWMh/2vbM4jHYC7ILDhUP"
    "stiMMw2HhM8bh/G2JgBRX1GORRnwzDIIqimLJ7y5WJlCS/bSFVP+Gydrqcg6QV9wGbG0+S"
    "W0FaO5QTEWGBVz1yev3h/Kr/4fR/LslTTikZTJ0xvC2oEP5RMubHo5f9/xr8cEg+M6mCgF"
    "miegOwsOLxfTZP1RHWjec6KKWHAfp2cizkPkVYsKAqqkUOySBavaLOqazzLkI9wuH/0hFO"
    "saH+IlOhoax+RF2dBmWRwSFK6EDjLeSgp1RoKJSCsNAKV5JKSmO4OKlA6YBRSYh4GHJ+SW"
    "BnIZ+vP34szCWCbK3ZRH0sm086VO2MKvJsNZ9OvP/XzSUaJDsRc5h72MOcSS21CuAtF36L"
    "TuBWRYLK6lNlStHBc+XLJsfKl9WnypeFQ6X6fWm6aak0a2xdLfO5XGefyuGpuV7ZBo0ZrV"
    "qum89PYDM9dOP2HQR385lm7uhCcydIKcw+kNsHbBvlT62dICXp4HLd/F7gU3hMHpQu2WqU"
    "s1SdCw97fvSmieb56E215hnv5fK4uo5mPbWUonMIv2hkO3lRYzt5UWI7ic67AiYNnPN0Hd"
    "w4Nv+dy+oxmn7rslTme1eK6Qprt7PLdgtxug9mDOrkmpVq8yKYNeERCcVabvj7g+ZWgh+E"
    "jUIH9oTAoL6XUQ6n1HdGk4MyI52806s10KVtltnmqsHfcEDB2rEE0WJsr1/qRkIEq/X3kc"
    "udjrygkHRRXthG6i58qTQQjpp3EN2tOLzBiEHpubj6S6aQmETA+/Qx++P/ARDi7bU="
)
