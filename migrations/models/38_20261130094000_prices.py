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
          DROP COLUMN IF EXISTS "model_id", DROP COLUMN IF EXISTS "key_id";
        DROP TABLE IF EXISTS "price_list";"""


MODELS_STATE = (
    "eJztfetz2ziW77+C8pekb2k8HefRPfHOVtmJe8Z3nDhlO5PdbW9JlAhZHFOkhqCs1szt//"
    "2ecwC+HyL0MsXgQ2KbxAHA3wFBnPe/j6a+zV1x/FXw4Og9+/eRZ005/JK53mNH1myWXMUL"
    "oTV0qeE8ajEUYWCNQrg2tlzB4ZLNxShwZqHje9jy1p/yoW8v2WLis5HlMX/hMdkjszybzQ"
    "JuOyNsLU7Zwgkn/jxkFptZQiz8wGYTS0yY51MXSO76D8zxmCWYEx7jFGx/BHNwvIedj3bv"
    "3Xuf5T3hPHhC3fE9Tl2xgc0BCufJCrndt8LBMfs2sULmQJNxppXLQ5gvNsGbQw5/sIBP/S"
    "du92iariVCFk44C/wFPeTcc/455/3Qf+BwGZn26//CZcez+W9c4J//Pho73LXp96PsRI6w"
    "Kf8Nnl0IfPKIOuI6MrOfIiFOL2d074hIgcf4B/v214ubC5btnV3ess/Xd+zz16uro9+x39"
    "ljn+aSWVoOdUvX+1HnX79efvyFWiIfh/2R786nXtJ6tgQGeXHz+dyxj5EG7z1wjwc022Tp"
    "eXPXVSs0uiSBgwthMOcxYnZyweZja+7iAj76j/Hco7XBcKR3x/j/T/+p5pZq1+/D8/ZvL+"
    "76/aPCgsc55FalujQC6AFIxwuRA//+XfabIEJXj3CAD389u3n5+t0PhIEvwoeAbhJeR78T"
    "oRVa/YThCcwTWD4AQAHqDxMrKIc6ocjBDZPdDdARRDsA9Whq/dZ3ufcQTuDPNz/WgPz3sx"
    "vC+c2PhLMP25jc2z6rOyd0C+FO4OVTy3F10I0JOgfuyds3DdCFVpXw0r0svtFG3MeNuIjz"
    "HWxF5TgXCNfCW6EZwx01SfBOvnJ7ALwG37uL/7rDnqdC/NNNw/ry09l/EeLTpbpzdf35L1"
    "HzFBs+XF2f59B3RN+yp45XBP7c911ueRWbdYosB/sQ6NZZ502Aj6/sF/nz6+urDPLnl3lo"
    "v346v7h5+YrYAI2ckC5ffr7L4T0KePSJLiD+Ee6EzpSXQ56lzIFuK9Lj6JddcWCXew08oH"
    "3tuUv1Vta9CpefLm7vzj59yXDl49ndBd45ybwL0dWX73K7UtwJ+3Z591eGf7L/uf58kf8E"
    "x+3u/ucI52TNQ7/v+Qt4A1LbcXQ1Qi3D9dzhTJPzReotcP+A9r0WMTvCZAW349O+PqszpI"
    "bPbeMzCjvjx9Q5HC8MrdHjwoKTSOZOsiBEJIUVP7KK8pe/3XDXIjCLbFci+q3s5QB39t+j"
    "ZR5dTXb4BCRr5vQf+XJDkM5mzt/4sqsYJWqZ9RH6hD+6CtDQCkcTviFC59hJVxFKqcM2Q+"
    "lL3NHBfoXqkVrw4cT3H/uCw9E73BCtb7KzW+qrq2uLnrVvuY4lNn0HaZc6w566CpbjPTmh"
    "tYUX8TLuqKMvojUa8RkKPwayxrt8pBuD4+7Ge9cX1dkN9tXZ19HmXuiEzqYb16Xsp7NHUD"
    "SDwYu4qSwDvVx26eVDMdA/8asEw+ytBE3XmTolSoIIymuP3/nw32pA0X57FXXWIUynJ9Mc"
    "plPLsx5oltgdEhcgqLBvx/jUG7n7MVNWm7rJ2kuacAebhn4gGGySbOwHZP7F/k7JMj2xBP"
    "N8tO7SrxZbcOdhEqKd+BUZgNH2SyOT7Rj/go5QFySKNu/9DIvG74FsT1ZrvIk9vxBsZgXU"
    "x3Aulgy+DY88EMfsWnbgo71aEHuQDIanAd6nTfHQEB5hYTlhT/4azD0yhN978Z3Ihk58am"
    "gTrzRGE2f1LNIpkv2apZ9H/7aBCVoukiK2v7i+VWG9S0hy2I6RZldfz1fHP+4f2I/XX8+v"
    "LtiXm4sPl7eX15+zmky6mTUb3VycXeXsRlNgSB9fCpxDAedLrwLlPFkOa9xsD+57AdOFH3"
    "84efXmpzc/v3735mdoQvOMr/xUw4yiSY4wgu3HWwPaFJmBtgJatfz6M9hNp5HycY31m+3A"
    "wF2Eez6z1zQxZimNcbnFdqj4aNzQDFWUTLKHouJSiaQOWiqXAKPljcq8xXKuo4d4DioIHX"
    "A5sBbx+TF9BoQnJ/MsPfuHs9sPZx8vpPdjhZinKb/c8DEsismd/8i9oxIRJnO/VooJZEs4"
    "J0dNVwoywG6myBiR9dhwSaf527+e/eHk7Ts8jJe53zYlJGEC0LQjH9jFhHtwA076gvHfRh"
    "PLA1RIgkFij/8WsoFaUjDHQY8NAj6LXGAGkpxEBcsTCx5QPw/OE1z1YbmC0BDwKpnh18gi"
    "qzibDHP0vzl54lf0onXg6ciptlK6KPddq/PA3MBlrV1vUtZF8F0TD8F31Q6C75R/YLWskW"
    "JW83NElmits0PrvmhbPjwYz7SuHR6aeKaldjdNrmcpO8j1A+FyI5c09eHVFguEcTk8CP6m"
    "jka6PM6RGj63mc/Zc2tTRXaWapu67PaydoU2uyBAFzAu0WaDSOE8eH/jy4aScfc8Nns58T"
    "i7shpIyCtUE9uTpiPsSwTpFFuqZejUKmgmPaNh/A+O955Z0GrquEsUfDOSMVnYFhNnNCGz"
    "FsjALsirpwz9W4SI2uBkUS5G4xyHfxRBWiV573pQktqnIDj7NgntE3+BzYb8wfLYS2nF/0"
    "S3f+ixzzgAGRF9wdk48KfQEAR6Hhn7BHvks7ChJe/XWPcCNxqK4QcXcUoBp28OLODUSIqV"
    "gBtJ0UiKreVyoxMm7P5rvdppOiNDtJnD8nOuo61OKLoQYp2LaW+SMOCkOmHASSFhQHs8jd"
    "r70qwvnZWbLLVFs3WNlu2AdMtmywqoM2bEDR1+88bLjuCu5/erKcKqWMYSCTaJcqwWYFU8"
    "ZTMB9gwkM5IdLeXhSVZcdApVVtxTNpjBenB+U7ZbK5R2XTa1liDlMQGSoXfMBpjGqJ828y"
    "JKIGVCx1PHm4e8KMfueWwdybOXEVk6JHceZqYj+qlxbonab8fK3qpjy89Nji0/Vx9bfi4c"
    "W+QrpgNvQtFBgLd/LjQ+Ilv2EUmp7Ef+rCxw6//eXn+uMInEFHlh1RmF7P8x1xGH6BRSAy"
    "xikRFRC+mj8pmichs0dpBPH2VUgdVr3qgC96AKbJlu4UCY3EhPlD5O6/I5T2s43WZOB/wJ"
    "5PL1nEfSlIbLbeay0UsaveQB6yV3qWmTObFKFG1xsqxqPVsckdZEy4bd2zKgOYpu9hceBm"
    "tHmf9QbyX8cdiD/6XfBGrChDt/YLB2loKF1iP3yrRoW+ubnD6ENZ25XAyYFXDm2ORGUojf"
    "pqhxHIN0cOhNwvgTD5aYMP2UDYK5J2K3EQB/yRYceptaNoBjgYwVhi5nLizzUxjxyQocBL"
    "UvY0GAcuTPYX0RNcyawkUEi5oJ2ZkKHDlmX1KTyyRfn1mxTlDGm6sYExiSbvXhoC58b0Dx"
    "6ykyx/MUmQxIWXARspuLs4//zeAZ0TlIoeZ4bMqnfrA8ZgNYAeOxMxowgXek341qLTDG/d"
    "5bTHDannLGkaOwlwN4MaDdse1P4fU5jrr54TQOoy9MAnqAAVXnUdYlyS9vPh1iCL4/vvfi"
    "0YdLqTulEH1i2shyXep4Wh0pQy3VK0svRz5CJpOFPivVSd+dujz0MmNUJGxHe+FRrywDPe"
    "4VcfZ5yjyPX7fU4JG6r+mw+JfYwrjZ4Mmmo0uqbYwfr9RmA8vmq8aNOzXJ/o0KvCWnjF2r"
    "ER/huXTAjdp3ENztq7/T0ypgXJ3lP0e2P6iPnmFj2EmK/ydHOEPHVTnJmq7tLFUHV/irJi"
    "v8VfUKf1VY4aH1oGWDiNrv3wKR+hQO544LsoE4xvGe42O4E7uEkl60LEIJiWHI1hmComCR"
    "G+fOQ2XIdkSxv2DtXaWGUpHafzo5ef36p5MfX7/7+e2bn356+/OPcch28VZd7Pb55V8wfD"
    "vDiGI8d16cLqJfCX0ZaWfYYALmje1zA9unybHUNa6XGE8KWW8TLYwu17OUxkLWHiYX3+1Y"
    "U6zL5Ayh4XHreaxU/jrycJ6ui5EwzXQ+dUqfoldprJvWfaXShOaVavMrpYxVWqqPhGQjYf"
    "twuLoTqTpn/NPhQAlpO9QeOGxn1B5p62lT21iaxnjd1HvdEFZFcI3bTdbtJr2kMn43N7D5"
    "31x+uGsWEBi7XpRo8nRrO/1d9dUh1Mu25g2h+rvspasgmXJ97SzXd5BQ8d9mPABhwNu03t"
    "VF3FGXoNq5/2S8o1f5Uaa3/BX+lP2ndNsGjpVRe+YHTBZsVMmhpUPki8hPETNEC/IjHLmW"
    "EKdsIJx/8f5wGUa+czJ7FQUYo7OhOy8NWd75eKXOeBKbGmc8455l3LNaok4y7lkH5bwiuO"
    "XyEnirPbMSik4AvG+3rOQ7UAS90jKfJTJ57E0RHC2ou2ugTZ+Mmp5y0jRG0VavaKso3KWt"
    "aIsDqg4T1JWatvSaalOEW6RIKpHNUjqmaqnsKdWoUTpkZzqdE3UcLEUZnqjrngqMslTpUA"
    "wsm4EsJNgcuBtgaBi3RIncta2OZYSbPw9GaNIdy+JC6PGMBhHxyG28AgJcX4wmfGoNKC/y"
    "wKcHBLHtpUqDjMmUfcvmdo+JOQ4rJb1/zi0vdP5FWoYfSMaL4q7uPQyAZA8WZmDGOCw1TR"
    "Id47liUaTAgW88NYEr4TH7NnFcLssl4RChj4mvABduM+sB1iPMd2w5LpbJEw68gRh2R7Fm"
    "qkgSZWzuyedQ8W4wK4xYGzsU5uf5OKCEjy4p4TSGGUTal4Ng7nKFBkVPDX7oYXIuf8gHOJ"
    "oKCQyDJczQfzxlQz+cqIg012Uy9C1OBg1D0rA2W3J4RJjXiHthH8Rp37OVdIxIuz6GLkK/"
    "mFUAg+gE9d7DUrFxTNzYCUSoHhA1QSP8ksddQUMnYFNuO4gCTSZOTc0lLUxgCGsjrnQbra"
    "4FyufwcFSvFFDxmGVbsxDD56R35LEcUGqM4NUfRKtQ1r6V35se/vUIHy8vCk6MYRjhAB5F"
    "JVoUkseD93KxJN1ijKHqlIgaqggoDLBxxN6K6LHIYijXqap6WRdCBt+CkLM/sxdfbi6+nN"
    "1cfv7Li0LsGkLeXx0yF1srJfQro+ZUtyZ2rVXKEbkcm0s7CYGRdEokHXq/dBQiMUEnBPZd"
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
    "00eJPUh8Ocqhu9PBMEztbsJVC0ewAf0mBj0VtuRSJ4P5DMPQZOiRH8hoM1SKcxvjhgYBD2"
    "Hd++MB1ifzQ8uNK6tRUJXjcSFjou49EtKxc1Wqjdpx+xRGxkcYqGwlMtUJ3E8/+HDJQLyI"
    "QrBgWduDJLkJFhmTZHQH67053pPlOrYsr0azkA1GloeRYcHcg/mO8KzhYlfUrTUEkPAvml"
    "ia0lcV7WjaHlahI5DvvdQUoT84aDr4O4V5RfFoSPBbGDNgyB8cT1AMFkMbsgwwRLR7DJal"
    "oqDYFLrlSQYds29OOIEHs1y37wcga4UTWCQwc9dVs7SoYB0fPQJn8vFnFNim0HNEXzVThe"
    "RCFUAo2YLhgD4+4r03tR6h39z6c0I28eGFlPxF7UtPFbVTSsMBhirSyNwbYWHA0H/k3qmq"
    "lSdVNRFCGEAoq/YtYc73XuD7UwpWgw2Qq/liFF9c8o6CAFWcIrQ7ZpdhdoYPXIYJDmaB4w"
    "dOuISF+dnPNEm9I/ce9ObDKqAwOwtXDxXlw1qGFDYIC2rmww4WR+4F/lwy7XrGvbPLF4Kd"
    "fbmUcXws2v2TpY9jwZuWi+GL+kqF4MnFqdZ/Eh9IcXuuGy1yiod0RpyK2vWj5U2XyC6RsP"
    "Lek8vBCh5wOSwVlo98GZPhvOHvqNgihQuS/zeNiixdUbgP7zo2sBwY5I2WfeisEA74a7oq"
    "Z1kBv2y8oGsBHE3iBWnH7vvAA9rIa6L1UnytLHK3OkZQjic3jAbRibJhdBwolLpjZ58/wi"
    "6DNWFWlf9T6DWanus88X5UK7Z2eo2Gjjb+ZoPL5qtGjjstwNGET+l5N5vVI5+trP6I06C4"
    "wgDOXU9wtuhQMCfFcr45sFjOisSr1X5vMUEHoym27/cGDznXioKLCToI7w7i30IrnJdIgP"
    "Whs/Myc3YXAN5+7Gx0JtOBOE3TPd/Yd00wfleN8bsCxlIWLCK8IrTE+Kpt6CCTHLo0zhkZ"
    "ImMvy0cqSAWFDqBpGoNnzpkoo4AoUXT6vsstr8KvqECcg3cI1Lv65MVX9ovt+fX1VWafOL"
    "/MB3N//XR+AR9Bgj/x5Cp6HiWqG03cs4R7xDySTw4WcvzOwsCjeRCgkqOIe6UPXQllh2JF"
    "tuZNF+npisjeTmG7qIQ3Tbc/H8VXu0X19clP72JA8Y86LG8/nV1dFQG1uWWj8nGteoIZUu"
    "NM12ZnuikPLVSh6BzS0zTmmL6ZH3usz9c5WRYIzfGy8DlI7Bs6yBYIDbK5DPdk+9GBNKEw"
    "WGaxJEu3xlkwbm9OgCVSDVr/NcCM25vQlDyU5P+gAWXc3kBZSIA5H40414MzQ2MgLQT8k9"
    "uQBp4JgQEzD2bkvKQBZ5rEAJoHVLl/aeCZojBwFr7q0gNP57ueUBg4C2oy5VtYovitSVWT"
    "puoMpntOU4MKMY1VHDXvDNzb22BNGPo24TRB09+HnjflFKvJ5iyl4XKbuZxyjtdlc47U8L"
    "nNfMZohiKDq/PiR+274LRWx8ddJMTnQVCWmb0a7JjAoK2Pdj4UpIB7tXdmCWkXOJD3NG7m"
    "alzna1xSR4YiTPoTS0x0EM/TddDxeAcJedNBIgWwax2w8qTG7U3DB6skmkr7KFzehTkrtf"
    "mslAoJ0+V3jtTwuc18NmnBvgs2m+Lp3wWbM0G6uu9zjtbs223mtElFt2W3slSuhMaxX2Ib"
    "WWW7CWdU2FkP0SyVAbU+XWKUbiKLrnZev6+qm8OEdGVWv9Rb2iBXoklB2QxVzRSUT0k6ww"
    "2BbZ4Y8VChzW6CG2SiVE49fUqHVKI00821eKXcKzqCu15KvFQOej6c+P5jNaDXHr/z4b+G"
    "sH5L+jvI83Q5sLrpA2lxVaUQjFbeijSC/cgBaHUuwTNKEiYzwBHtiyhhXy5X3SkbyL4JZM"
    "ofhinGZq414mwc+FN0Whk8Ob7ktaB0aSpbmmCLwPceiskF9z56aSYx1TNtM6lRConETEqm"
    "PRydq1MypVlTgLvSfytHtT8frgOKfonylGkZTDNE3TOVvn110sB2B60qjXd0LycNxhtUEe"
    "nqiNkslakZu0HQbHqrb7pfp2mMKF4visdZjDeUbrqW0zwv26TXVEay+XB2++Hs40WdYKN1"
    "XF/nCBodxKtOoamD+qqDaEpGWH0W/TaBc1zos5DH6WYxm3LqeChzFmOZPAekQ5lQFq9gQu"
    "opFwIeSiYCxsMhcIqL4plzJ6NgJmuVs5gBFEgn8jmKT1PpiZ2S9MQ4gyi7MAzuBzYmdFYk"
    "cKK14lzOCy4wZbB6upIzbe7gmklgiqmgG+cuVfzr2zL5YvSWHvWKKUwxgyBnf2YvZoAmPN"
    "SLmhymbdqGVx+eW7kJ152UjQ5/uyaRoEQTWu3BqZp3wp1t3w6cVHpGE+80jQF9DdBp59YR"
    "/WKCTsC961yxdELQ0FjE7U28WUX4npb0nKYxsvMGsnN0cCxgX+9PkyIzrjRtdqUxsbFb3a"
    "tMbOz38doYz+Hvgs3Gc7izbC7os3V0ryt135EXxK41323QY21b772RLjtV8bNEk52tB1qt"
    "x55l261UYgOn0WFBqpOVC1NRCV3aCpXI9Sri98z33CVdR+WyrM+X1QlTHbux4zlioorFLY"
    "7ZwPWF4CKuiwg37r2FHzyimhrV2zAXD38ntwvb4TbWcnQ5qaKp/p8scGi5MAJ0B9ceaYaW"
    "GElt73smMFU2zAjL/MmKf/fey4HgATzeMZXvORYTC17VwQ/QA5VLGjAx8mG7YKngW6wHF5"
    "UJpPaqTp+Pc1HTx+JwMKWx5QRM9vlePhJqMalEpMQkxEeUGI/k5FBt72M1So9ZI+rtOFWm"
    "DyhtRIG08Igldc4mFnqlQCf0FHACZS7WgXx173l+AE/dYyds4jxMUFuPAGH1wUc5S4u4HI"
    "3qcWg19OcI+jjkeFsyAacsWSDBn3vIWyfssSGQjemBfAEPqEpqDsRczPgo7D8E/nw2eI/Y"
    "IDdgqu44tiMg56i2IeI9DwWg3JejEIWIBheWY8dl++J5+Fzck/vNxHrChQCdRNYA/sQ9tE"
    "jgKxVXRIRf5G1aubA6e8yRpRoBPlo2F/+cWy6WvBxNODoODAQtVgkytLj3gJOwLcFI6VjV"
    "Aa5hIacB6ziUHkLA5nlIP7FwpVzFrv8gyLRD5htYTuTwQp9XNsD3ls9gqKSS4r337fUHRj"
    "dgaXkhFskERssypqocoTqkQQci9GEv6GPFTJF4IFmBolEg0MKmZ5bt8SW4pd/OifAHWYqU"
    "RZVIpYeSqkNKbyq+yX1ZPXMQ1VSFJp7P5Jmih389wgdMbR+AjioNagHH/jEnhOBFgP6kJU"
    "t2yaJlHjV2oEFUo5V4cJwqpRptP8n2FxdppBfceoBdvnfvzXgwsWZC2sNGE8t74OIUa1Y+"
    "OYHvxdUmY7uWJd8G9nJwM/cukla4KZx5VEg2ZYkjHKlMqXQOu/ccu5fy/JKVOyP/L1wC0X"
    "wsWpzR9ijf/hewrwxitxWsFhvlIpd7GeA5/Ae8VYrq3ovIkKlYk5Rc0qZcbYf4Xk4LZTjV"
    "ZjHAupCWM0gWhvRrw9eK4VuF5sf3sN8DwE+OPxew2sUMPp9clrkd4DcQ326P/oJlhnNx+6"
    "Hvu32cl8D5a9b0vPfUp+ZUTmvmePRq0qQ9ubXninvGyyBb31PuN01qe957bSruWdKgzgia"
    "rP4+QF5pAS0UiYyr1eGHkn7OvQY219RwlDepicl1LtDmCr8FoTS6Vk5l7j3ozSFoUGW0yR"
    "QkM5uPi1vTlobO+pCvzY2U237djMpqmlJh0ZRCp7Kw6OZrhg4fa6BGU5TElZOiD0Q8u+Zz"
    "iunWwi3KFltXkDXHYl3Q8BgtVtZnrZyhPEJFxWRX81Xj7YNzWJMyv81mpsrcFmaXVjU2nx"
    "tRNV9ps8AfYadlb2gcQKMxOtYYjgOUGkzh8jN7mSz3XmZCPxRmlK5A03xSEdWqKaV6L9Qf"
    "Xmu6qe9fVtOkhak6uq2avRqsdknF53v6JGuUS05PB/tYufSjgeqns94M1qvavJ2x556SB7"
    "Rf/uxqSuSVzM6wq2lbcIRcTv35ylWUnwDNKr20yvhYGaXReH6xgq5ubtEwtWsqPZekcu4G"
    "s+onvWw8uUJ9nzXZmfSzalqZEbNzMzEzz+oJaMqYmzLm+4J3+2XMI0mooTtC1Nz4IhQKyU"
    "RSWGMPv4hgf+v0aFc76643AVM9NLVkt1E9NDkL6Tikzss8/Lqwr27fI5VU0UV8q30oYwLj"
    "QLmBA6U0WOngnlCYSqnr404GQh3YYwKD+gb1aTGROYBqax08slTdCys/aZIR+qQ6I/RJIS"
    "O0REzFJRahXpFpPk3YBbT3HTuDLgc6oEftO3Cu3jfUUw7zGWlt5CkSs5Wvv5WbyICjrUYG"
    "kDOeBpoJgQGzEBIWGb2zWNZWQohpTAkEjRIIGZ9DHeV9gdCUci8IhinnTM3FXCQ2q1pjVc"
    "duEjorOkNkVrMJfPteQmUy1hnpaqXJ4oTKREK1nb0P6/H3wYR7HwB/025umjzOkRo+t5nP"
    "pnLZ98z3Dfht+HwQfBahP+sLDk9ol+iUfnF9q0KrlCfMsXmMlJ1i7cfrr+dXF+zLzcWHy9"
    "tLpSeNeUk3s9LizcXZlakwq+kEZirM7hPv7VeYzQb56lhbipTG6LK+0SUKxdXRS6VpjFoq"
    "n4Yvjv/W2UNyZN3bsd++bbCDvH1bneb+bX4HyQQANcU5Q9Q9lE0l8K4YDNJhVSW4Ow+VZt"
    "w85VrG3LatcmnO/dPJyevXP538+Prdz2/f/PTT259/jO26xVt1Bt7zy78g5BnWVBUseZb8"
    "4S3DfzvfxucrrdMyOE1lnT0cOHZRWSebcEZnXyhSmt2h4HhHWXJ0ZME0jZECN4gZoDRCOs"
    "gnFAb3DbzX80HUjbeTPKHZTQrhckmCKR1kC4QG2SyyMvuWDqQJhcEyp8MwWZ2/B+OZyer8"
    "XbCZkimtxeYspbGEt5nLmTw3urt2jtZwus2cjpPGaZx10jSmxF2+xN1zVQw8nJdEA81sSs"
    "qmgGapzBKtrzSMy6+Irnah4a+qm4NcpivLLaTe0Uy1hRvYgW8uP9wdFXfVLWD6KernMNfp"
    "SlTTX5IGsKaSB28I7N+TnjoKbXYPrAAXd4Xy8ixpwc71Lbs/Lw20PVfEv/zthrtWVNujYo"
    "Ogjr6KAxbhCqiX+nupstWltSp1AFPVwT/K7pZdhc2fhyAzbArWteylSyDh29m4PH1hGVbD"
    "GdVRarwCu/NZJ0w1Kh99pYwuJUWPvkapXqrrHc3jJitLHd1hbRFuP8gyRLKiRJw+VmBCX/"
    "s9lZfAWCHGrdGkxxaBE4Y8qigki8YnlSq4Z2NZlWK9pN0NJYsuTTHfsqo0ZGVqWyjq0TwI"
    "qDwRDD+Q9+LiLICOL+t+hIImIKvRyOo42eoZp2zoh0AR8HsPmQY9YAUTDy5ikadk3OOkmI"
    "YqwaHqaSSFelKlWYqlNVSVmajyENb2OIpXeqbYxv/G6129kckiS7LBppTa2L4mgTCtn35M"
    "GL2aR726ehm63dcX48D2pTmHU8mNdU1POUKTidhkIm5ZElJaoWsFApXQrhkL1DbUdx0MhG"
    "kx+1SZTyedT57MJPXJu83JvJf6yBboDLSFfEl01Ckxj/CRM7XcclwTorxdRFIdK+qDPXKX"
    "7hCwM3w6u3r5+see8kVMNoNoj35T2Ijl+a2Ib7XDVkJhHLbWd9h6RpPQ4SBvnImMM9HBnN"
    "AOwipdsFBVK6e1FGO6Gh/SUh+VqXzknV6tzidp06i+tSxlilmyUR2CahcS1k6pRLPlsSEn"
    "jQzcGXE2SLtWkDZD8FDWC5UFEbGKqQNswNvllbJ3OB6pfxCylPInJIVSQFVjBVVhpuKms3"
    "kAK4YnxWwdqvHcUzqccMKXspSy8KHbNcsFs1y14FPi9Hup9cHCuB6Thb8DTsnSSPXj+eF9"
    "VDKsoZqHykQpFFDnUqHrqVSlmPJNRmly8EoTzbisTSKy2g3tTrJ2UEV1L5RAacCcp+sg3q"
    "8a4f2qBu9XRbyF8y++Vlhyhm5/GpNdov0sUckmMvz5eUA/NTabqH33wmxPGiX2OKnJ7HFS"
    "TO2hzsA6CKdIOgjy1mseiol18vadDsAJRffw3X7aFKOLqYT+0HUxJhbke+R0So+hyecspX"
    "mhW8dmDeVqJjDAuPxu6Ja5lvYZAatUQCs0V+mg0WG7mR76LO3/RtpR6W9neUx2hXpZOHdK"
    "tbEIraVQ+t8w6z1IylcO3LKLyuddDdJEP6sAcWypns26oBnF7PMqZtvpSdiOvWfTUMR43W"
    "vAmiEykK4InYvNfZsGz8UdHSasq+Pn0ssqE4304ez2w9nHi2ykV/JybwHcL5nOOgpwYTss"
    "B/l5jOpRHEnJoSYVYlJ9pEmFtKw+z3yb+FMW+izkrhtZuRN0ikeTFe3Rrg1N+BMPmIrsEm"
    "ziu7aKUkDbcY8JXx5UoqCHEBoUO2MPPpx5HI/5gY1W94Gq7hmHJoy5N4Jp3XvkeBlHaDgh"
    "C/gIiMQxwwAO+IPjRNAgzwa2IxAoaaUfLuFMJRYcn469efXjMbuWs6DpDRzRh90N2qlqxf"
    "Ao1hOZ3O+9sR9MKSrjj0+vBo1PV42M3O38yq8+YbXyg1R3nHq29AMt3Tc3PUIFJWHc1TWp"
    "VfNO2FnrVB67KEo9pIKFeninaQzoa4CuPgclWp66rOcpKpPwXCPhuan+fbTV6t+mPOpaG8"
    "khKKwz9RmS860un3Okhs9t5rMxKHeWzRs59zdTC0VZLfaiFGqD5LgTldA21DxxwppqdU86"
    "p81KtU+UUGfZVP8TqWAwnAEVMT2GuRwsIRNbBP6CkjtgbgtGFdYoHGCFjmjjPlGPdP317s"
    "vXOwqCuLr+yy3DjDXMegAe0jX5m8yT4QTY6Xs28HxYlgNGQQlSSQSbnQDe99hAcMy1gdci"
    "dc4xG4SYeSgiuPdCMqsJByM6sGUEJsU7uJYIk3wXiUIK6C0ZicE8voCzPj6lqNIJ5W1q0I"
    "owkAqhrC0uUTZkN21pncvksvBA7muQyCK/Svr2nN770pwW7NtfL24uZAoT9mf2YsY9G3j8"
    "opBII5WVWHt8wKrZBP7jP9MzMJZIozpr+WFDQ3Umd4ACmNXelzFBJzQ5+TCFRlEKNUEKBe"
    "9W3EB04I0JDLwN4KWvroaiJm7fpaiPrWlqROlWUB3EUb4RGCzxSlieWLISzLi9QbNaJatV"
    "nTlNs1GikbaBu+9MI9EBv4B9vbYnRWZUPa1T9WQ09CBe9rGQtj6Tc6RGc9tmPhvN7XfBZl"
    "Pj6btgczudtdrL4PX9h42baxfdXG85fNXCo2rrh2rQa2L7EEnbBpE8AlYMOn5KKmmDQCVl"
    "D65YLrdPE1dQVP8HPiqFbGYtrCXRCjbkwrFjzT81b5Jcar9DN4r6KbU0mHCf51Wyy7VQRL"
    "raxy+h6ITict8efuZo/l2c2VoUu23k7N0JYMZE2ZlCeC2FdO1KeM989v7Ep36wvOGApSg9"
    "e2cb1J69p9S0H6TaNvY6ks40dPpd+MEjD14IJvt7D5dUVTaGwZDYLIATrvydArsCjl1QWt"
    "Zx0rqX8sOpdk3a9cCU31W6HqkMr0uMSxtbjoudXIYyuA3r5FBgnJxEtcuQvK9WUqpaXd5n"
    "KOOVk27Xq/XKyfKwnyodWOqW0yXvm3ckGfx0YJKBVaEHqfZoSCg6IRkYj5GDhldujTqSbU"
    "LRhXRz+xZs1c6+lmibpzXCbavFHkr3s45om6Izgm2bOWzqvO/AAzdzwm6KaYbIQFqvMZBg"
    "bUFn8C3u6DBhXak1yCyr1fl/TKX3rVR6f2adjLJI+8FRiT4mudmr08XMMs0aVVIegYjp+g"
    "9z/p6NfFvZHIO5J5jsv8csGUglFyUmIfR8EKCxRnF4GpcIfrJcB08HQsZlCVlmRowmfGqJ"
    "8sLKext5tQG0Up2x17zuaygz9iYCbisjdrVK4xEeUwfqqH0H5e3tp3eXtV/lS1EEudp7O0"
    "9nPLg38OBWZWL1uVAgNGzYgA2281Caxad6q0koOrjZbL++FXmjC85LTqQN3NgjQqNmap0S"
    "YqPEFFv0HJTyX5nLYCwZ1vgKJm0aVZ2U7dks8EdcCEo9gAfMCbeCcMitEiNjIyqyECppJJ"
    "VAwLEFWhXx1+gm5jhAWps/OSMeGyp7bCALCatSj5T7kqpBjh0XM4HzAJ5oMJzbcOxVje69"
    "pNXUki1P2SD04SQe9UNFJ8cB5/GFIMqFoMb3Fx4QOV5/7DoPE5VTIfE1FZSBE87xWI5ygc"
    "Usoz4wt4IVwBlegiGZ8yICqScTQpBNNMncEJlOHWjvCAEQQ7vpLFyq+pdwC6VaW5zCaMMA"
    "M4H2YzFIyLmNYGMRXEgJY+TPXRtrV2JyCmnVLR/5lJKFPqo+At+fMkrHDkjgZWDTvYePMa"
    "bKmDD94ZLuCh6G6NsJbMRuoZuRNbNGTrgcsIm/AOC9ZRlcDEttgnjzPqJkeMTFP2DzmvN7"
    "7+VAuH4oBj/IyqBp43NMEj86ezmwwj72N/jhmNGSxMcb2LgdqfSngIszpTqeE5gwJT/FB0"
    "iWZS/KiAFLcDBzPA+Ta2C+ebwgl+Gpyr8hmSnXnmqqFtCmMtjBmZQP0tcU2Kx1Jorad/BE"
    "tJsSZmXLuDIOeVa6jE0UMp0E6TukdX6PKTq4Wrdfqww2+GA9U3GW0pzgW3eCN2Lad8Zkuf"
    "X1dfXYObL9bZtHuzo17aHydEqMKmJdV4c3R2jK8BZZ0qwMbyK26jEgS2fwXxf/lEJCjwE5"
    "ws6k794z/mlljx4D8pTmHViXB5HyRMfAk6bZv20npb4Yzh03dDxxjOM9hwZjJxafWFWpIY"
    "FnaDqzH21NCMfzYVi+zCshzdAYSPOQkqpcZ9eICdqxZeCwndkyCpYEHcaUEhsmbZ1JZIfR"
    "YUxMYJixfWbEhiVdfVKW0sQetFmfFJkydd66NI158bb+4kljqw5DEop2sKNTwkba9q0ng+"
    "cpO3NE3oMEruGalFJXZcLey7ilOvjlbzfctSoCqKtSJhym1aMQQfH7Ll25bubeByy9clTi"
    "zBXf69W5cwVzrz+KmzUKeYhq0JA7kLCWQmVOW0y4l3HMQa+luMBM5K00QF+dgXTBiW9GCp"
    "wXmNHN9+yKkIe9jbxld5vbKYia1aqSLfoqPG/Ig9yuXp/89C7eoPCPui3p9tPZ1VUkzFe7"
    "19AShc19rQKMBWJjdG31IXnKLTEP1uV2kdqIRG3jdks8oW9DHxbKOR0YS76g6du1H1FBDZ"
    "OTZ7PvKDVHz1NKhbTwKIsSRQyJHpMxK/DL2HG5dICez9DdVpyyEXxNMKBPkV5+eXrHPB6i"
    "zzR9+eL+yr+iexgXvbMxVxSHz6ssPzbFMnWEk8CEUAGc9p7gV+FPOXnPstHE8h44evP24K"
    "r8xHv+0LeXbGJRMTzaxjf9PNP8iltKtStHTNC5mMRtRa5Uf7XXMaTuX3rrhAm1JTvqJ/xx"
    "5jpW6Yaaulu7n0p3Bitu2CwhnkwBTbsUbFzy2N9jA3qB/4gzGeDOk/r7vTr8g0ywmDijCc"
    "V0DDl7oI0sYBPHtkGwGC5hI1pUJMPbw6ClGe1SmREJ5Hwmu+6EAxxmhrnnjXx/7m0vl/6s"
    "Wf6zugRoxQRz7vxBB9+ofRfxfdcI33c1+L4r4GvKr1SjH3DLvvbcpdq8DlcYU7M3OZ9Nzu"
    "f2pBhqac7ns7nthBdUNrjkZJu6W3uytbBdP64+3ORk6zPbsVV4sk8/e6TwBhE98KcyjFcq"
    "tamNI0ueDPkY1pWs9D4Oy1QBW+sZhf0bfyGUDsBdMthwuI2ZoGGwhweO4v54jhHEnIrBS1"
    "GfDeehChee+k+WKwNyJb9tOlW/EAxhFnIOkpbuAzb3niS3qPrLQuWlplBivOqxs68fL+/6"
    "H8/++5a9FJyzwdR5CMgGJf4oGfPHkzf9/4PRvZ9lAC/OEtUbgIUVjR/4i0QdYd17roOn9H"
    "mIMTyYlhpgAlhCjqd/f3zMBmr1qqzVGPtLMc3z4T/4CKfYUH+RSURdVry+Lh11apGBEEUq"
    "0GgLOepl8lDn6tBb6G1VUsdGY7goe1bpgKoefTQMu7xlsLOwz1+vrgpzUZBtNBvVx6r5JE"
    "PVzqiiyE/z6UT7f91c1CDZiRhh7nmFOVPXZh3AW374LdqdTFb4jFz5polY+aZaqnxTECrT"
    "35emm1aaZoOt63AMeBpJd+OvrcZ69bdozGjVct1+Ii7b10M3at9BcLefUvGRLzV3goTC7A"
    "O5fcC28fyptRMkJB1crtvfC6LaPmVLthrlLFXn0gC8Ovm5ieb55OdqzTPeyxWRdB2lHWmK"
    "ckLROYRfN7KdvK6xnbwusZ0oeZdg0sA5T9fBjWP737msHqPpty5LZb53pZiusXY7u2x3kI"
    "/l2YxBnVyzUm1eBLMmDDam2CjM6HDQ3Ek8EdkodGCPCQzqeqi3xAXto7IQHZWY6eJ7vToj"
    "nZ1utdJCd5aKPJF2IrSSKTtWD126FpjUdcgpOy2ai9CflcqFvY9yxyY2LDTF+Y9I9WA98a"
    "LVbqejoSXvMqQMxRRn4wjpliYc7GugRsHct704JbP0E1Yt6I++dO6ldlTwlcFCUfE6cdJh"
    "cuYV79E6du9R+l6YVJzVGN3fBonuPDXc0ApHk15S+XXmWiMuszVTG8wQDN3TA69ja8tU61"
    "th24nWST8mWmXdSRAkA0+ZlSlp0nh4Ql1zaGVbYmefP7I81yrn1tzslUAz91ZOLem21v62"
    "BjK+u5IlpQ9fNQVafeqAo37HddR4PkSzakbRIA1tgMl+oHlYKxCarM+6hkFTF/S7MQ6mdh"
    "9NRmcpTTBam7mc/xro8rqM3nC8zRyXsSZ6X840jdFz5NT37fGVORx8D+6twZjOuZbBMaHo"
    "QgH6fIRLowCXmviWvO41LWg03ZXSNGZXKsWThLUCpNXBqFmqDiX13VrWTQnRIy/JaFa9F2"
    "SIurcdvH110mA/gFaVGwLda41G9ZPluEdl4byWzK9RE8gbtWigRcW2UqPpkA/+EEuBeWEv"
    "DgmIFJqo8MQ7pLZ0nrjH5rMyRelmHUpdKJv4gBDzfBby38L3cXdTy+Yy7ZCsrSY7TvIWMN"
    "fxHlVlNZVsiKEWYWgJLsuJWUN/juHDM0uIhR/Y0Mu9twicMIROx6jHjfInKFcdHMYSjzBv"
    "uHuKg6M+kzIoxFkS5GRc38dm81l+hg0Vor8eefCwpGfrjuf5QeqXTFHnHXpmBHzkzHR9jT"
    "JEXYT5bZN6WNCqpnhbsSKW8YHZ+okWxijLrVJdJCdq36XEKls7xlrw2Z3OdAocpCgMoiWI"
    "uhyOOutlcMuRGk1QmzVB0VFRk8cpMmP4ajWD+W8zB7pbg8dZSsPmVrO5RXp7w+ZOZtu89J"
    "6c0KpyzUvd7dWplJxsuwaKJVLFkF5maj1i+knUvozIAS0uOn/717M/nLx9FzmhhViA5pQN"
    "OOqQBuzB5yKtSwFqPguVg1lO67TD0VAlNcA2fUqpSTkmPmP/kVcdtLWnjucgJljDHhVbUq"
    "GFo+LMGmuAynJO/HpEM1S/Jpt7h7REh5mfgEd61qZajJige8r3nSgwHFjn+GYVMT73fRBX"
    "vIoFnSLLIT0Eum59Cs+vr68yX8Hzy1ym0s9fP51f3Lx8RchDI0cmdirKjhNLTHSWc9S+cy"
    "l6t1+cPvl86ACcpereprF9Az4hxoOgLIPAHci+NTjHVF3Aue7sfPFfd5kNoxB4Eh+dr64/"
    "/yVqno9Gaa370QHt3QchxhilxHfH5kj0WYPPOVKjRG4znwP+hC4La0VRpCkNl9vMZVLdaM"
    "eUZ6mMGdgE6W8XzYJ2tLBgi+DuKmdzO0FdmbI5+4pmsjbDFFKhlM+TCftAUW1pIuwvymHx"
    "hgtemgs726BXp8yPnB/7QdxWS6EPRFijyidPyKizWjV7vcp+zf6aKNQjbjZXnhst2Ja1YC"
    "bB73d+ADVag++CzbDVrlW4Rhg58lD4a6rUrGCqqVLzXR7OL23uhU64LDuXx/dqj+ROulWj"
    "8jSqBCJ6qlBAU+A/QSfBezokO0LMMYbJszOFUEJZW0ZWQPQozEkVgO0xCwsp4twxHisKfp"
    "pay/ISNnsdvbQUoxwEb0dJJvPFGFOnf+Mq87yuMgmzmopVCUUHw33eNkoc+rYmcejbyvzC"
    "OiB3PD3r27eNfJLe1vgkvS3kyTYy6/dw2MVKY/01JZo8rWF1q1lt5Boj1xi5plSuuQUeXZ"
    "bGDag7tTKNgDZ9p3HAADb/g+PFyR7mHlaVXFjL92ygPO8XmC4i9EmqiESOHtzl8G0NB5j4"
    "YcltmaUWmwwDfyFkZcqQDfmDhb79ZaaIfQ2NoQTfJiowIOqFUkhYnliAdGRDl6EzesQu0y"
    "PG3fl+JEA9kNGECZn8lHJXDP1wckqF76FvYMJ0QOl/773FZIlRDUTi+R4/ZmcuJukIOKfy"
    "oY98FipzixNEBpcejQxSmgOrJUDzy5e/fbiAAS23cZJfE7DQJimMlnJf18CVpTJmrgozVw"
    "pm2hP0cc6SdVAg2z7Unq9ODU1BjgkMvI1WMu71/egbUAS62qe+hLQTkO/bsz46GKzji5sl"
    "Nda1Nkuh8tSn/dHIkW0ldqXTH2d1MtbZylIkJjZIfwcz7h/fxQZmXKI7o0VrJ6KHqkS7mX"
    "sX3pMT+N6Ue6Wuu7kWvTqlWjD3+jzXuIFyzeZPzognJnl/HC5Q8+OjXqrHogyolJsVVUmW"
    "66ZKXgmpxwosD5OtvhwA0HCwP7b9KbDj2HU8Do8++KFMtba/gVdro7qjfzrItKpjWKMluR"
    "OrawLGBBvVBDygj/5OSjEai3Vnz1+FE8PzfOEufpvxwKn6uqXu1n7ZeLbdyo/aXWCNx84I"
    "DROWql+YVGZ00LRiM2vqew9ow6ACcfIDg/YTl59SiqgULVVDxPxRwJfih2yXg1GCKQEiPh"
    "cDMsdYcfJyav1CsEEoxx+csgEmM8cvHyWiUiYaEdelxAsUSCOoq5E/ncFPaZnqqc8wuuzd"
    "ew9zYHyA2doDHs4D/Nb6x2wgS0TKiahylYIlbdFYRU0wk/uYcWs0iSbQiytcUh1IJivpwr"
    "Op9jK36ADGGAZIRw9A7a3UAMJaxGm4ZD/4SMniaGx5SpcLKsurlSkxGDfGbmpqCibz6LvO"
    "E+150YZ41CsWFaQHyNR2NGeQZz2D0M8CzjX2AtW+E7rrfPadZul36vLvFJ0QaRvTOeQlFO"
    "aUt8EpL/oq6GwiaRrjx1RIJfWbzAnVD0rTdv3i+lZlPqk8aQ7dMdIerCKmDNiP11/Pry7Y"
    "l5uLD5e3l2p9x+djuomXkvRzNxdnVyWIz/70ti84jGuXbCIrIM/RGswbYC5Pezr7dUKx//"
    "06dQIZzh03dDxxjMM+xyFkN7J6+qSsLa7niY3Ft20Ce+aLTUKQzquXUGz06h0OT40+rDWs"
    "OLjXKxK9dZmcpjMbaMs53Ic3UvglCaJrknBnqLrg0LHzpLrPV6v7gDbI9Y37hFWJtKNr3f"
    "8U9XOYoK6076fX1E4N/AlrFnw48f3HInPOFeW1x+98+O+Gu3F1jHLuJGaQb0mnh7XRVDHq"
    "97XtRREUtWajFF5NrEf9FNMapVKYUpQNd5VJJ22MkAYIy0vZH96TPSLgI+48YQhQ5NmAFp"
    "4pFwIeWYYBUbIyLP9XmkFh54PKWCOf0iwAWkgnVF1dbETV3k7ZQBXUi41JY+6NYJYyzVps"
    "0HFCHNwPbHEckygbERJ5fMFFiLPBcS9l5VvYu9IRUTK8QWCXA+WpM2hoy8lYauIiub2mhh"
    "q1Hvr2fKW9hmJd2J/ZixkwAWB4UWOwSY2g920sEO7XjNPKz2OvxmZjAnS3m7s2KDlsVHs/"
    "q+adMIDt2/VZu+LHZsU+2gb3rgWTAyjG++OuoN1NJV4tS0CaxthuN9BItqKYaztljU4oqg"
    "6kzPWh7FWmxvX38doYQ813web5zF6TzVlKw+bWsXkj//QyTUtxhUQK2IY68qwz+iEqV1aq"
    "yQvqpQa68o3c/6/n4cgnThWUuNGtXp3q1k81aqCvtUI2okSxY0o8G4WKUb0ImUP2PfwMJ/"
    "PpsIcJkiyX08+RH/BjdieLNovII58c2JGol9Jklmls9zVsabLbZDzFU8I5n/A2oyfNLoMV"
    "2lLFgn72Tav1bE93T+7t13fGxb0N6lLj4r7D9BFPljvXcwaOKdb0R20bwjt2SG2FVeVwhD"
    "oNvb+K0tKENUtljCnGmfB7EV6MjPrdsblwzG66SxYIzUZZ7/OWAFZymNJ1fPuS6eww4V0p"
    "1heWWJty3HwJnBG/QmtfiRIgudmrrUqJzfqRybChJiCdKmYEK1B5U2EQvapEzkjbL4vPUL"
    "0aVWcSBzrNlKGxK8T+7Y5B0f70rGKgUj8zXxbIwYwBpBiAtRn20qlz4gj7xcQXHDMNYBAW"
    "zcHmI2cKCGHWgBCkdNI1RB5ZOAFUN8Bs7j2ZPOcFPMQ8CLg3Wkp3sFO4i52SYiO+FSq3r4"
    "kVBfJTjmua40IlGljiQwUPGtmgo+6xfTEm3ygOnlVxkGZOU+VBmqaDCoTXDfQHryvVB68L"
    "xWPodRH9seW4vGRNn/u+yy2vAuoCcQ7wIVAfIOI1EJ9fX19lzo7nl3mvq6+fzi9uXr76Ia"
    "tYKBqNI/RGeJRYH/w0uYG/Ofzyg1cEvdq7KKEwvkUm2tFIrq3N/nXG4U2dlB381Z3aU7+V"
    "tFl14q9m7JZTP1a6ZZWeLEs8stTxsLWm5O14ZFWfJJW4onOQTJF08By5k1KE+FJpIKyadx"
    "DdnWSyghHDUo+TutQoMYk5s2ieWZ71Y/b7/wd7C7I2"
)
