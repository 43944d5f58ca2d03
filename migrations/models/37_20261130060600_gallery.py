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
    "eJztfWtz2ziW9l9B+UvSWxpPx7lOvLNVTuLu8U4Sp2ynM7vtLYkSYYlritQQlBXtvP3f33"
    "MOwPtFhG6mGHzojkziAOBzQBDn/q+jqW9zVxx/FTw4esv+deRZUw4/Mtd77MiazZKreCG0"
    "hi41nEcthiIMrFEI1+4sV3C4ZHMxCpxZ6Pgetrz2p3zo20u2mPhsZHnMX3hM9sgsz2azgN"
    "vOCFuLU7Zwwok/D5nFZpYQCz+w2cQSE+b51AWSu/6YOR6zBHPCY5yC7Y9gDo433vlot96t"
    "91neE87YE+qO73Hqig1sDlA4D1bI7b4VDo7Zt4kVMgea3GVauTyE+WITvDnk8AcL+NR/4H"
    "aPpulaImThhLPAX9BDzj3nn3PeD/0xh8vItN//By47ns2/c4F//uvozuGuTb+PshM5wqb8"
    "Ozy7EPjkEXXEdWRmP0VCnF7O6N4RkQKP8Q/27W/nV+cs2zu7uGafL2/Y568fPx79gf3O7v"
    "s0l8zScqhbut6POv/69eLDL9QS+Tjsj3x3PvWS1rMlMMiLm8/njn2MNHhvzD0e0GyTpefN"
    "XVet0OiSBA4uhMGcx4jZyQWb31lzFxfw0b/fzT1aGwxHenWM/3/9H2puqXb9Pjxv//r8pt"
    "8/Kix4nENuVapLI4AegHS8EDnwrz9kvwkidPUIB3j/t7Orp89f/UQY+CIcB3ST8Dr6gwit"
    "0OonDE9gnsDyAQAKUL+fWEE51AlFDm6Y7G6AjiDaAahHU+t73+XeOJzAny9+rgH5t7Mrwv"
    "nFz4SzD9uY3Ns+qzsndAvhTuDlU8txddCNCToH7snLFw3QhVaV8NK9LL7RRtzHjbiI8w1s"
    "ReU4FwjXwluhGcMdNUnwTr5yewC8Bt+b83/cYM9TIf7ppmF9+unsH4T4dKnufLz8/GvUPM"
    "WG9x8v3+XQd0TfsqeOVwT+ne+73PIqNusUWQ72IdCts86bAB9f2S/y7y4vP2aQf3eRh/br"
    "p3fnV0+fERugkRPS5YvPNzm8RwGPPtEFxD/AndCZ8nLIs5Q50G1Fehz92BUHdrnXwAPal5"
    "67VG9l3atw8en8+ubs05cMVz6c3ZzjnZPMuxBdffoqtyvFnbBvFzd/Y/gn++/Lz+f5T3Dc"
    "7ua/j3BO1jz0+56/gDcgtR1HVyPUMlzPHc40OV+k3gL3D2jfaxGzI0xWcDs+7euzOkNq+N"
    "w2PqOwc3efOofjhaE1ul9YcBLJ3EkWhIiksOJHVlH+8vcr7loEZpHtSkS/lr0c4M7+R7TM"
    "o6vJDp+AZM2c/j1fbgjS2cz5O192FaNELbM+Qp/wn64CNLTC0YRviNA77KSrCKXUYZuh9C"
    "Xu6GC/QvVILfhw4vv3fcHh6B1uiNY32dk19dXVtUXP2rdcxxKbvoO0S51hT10Fy/EenNDa"
    "wot4EXfU0RfRGo34DIUfA1njXT7SjcFxd+O964vq7Ar76uzraHMvdEJn043rQvbT2SMoms"
    "HgRdxUloFeLrr68onQCrbx+buGfrq0jFBU9k/8KuE5eyuB03WmTokiJYLz0uM3PvxvNaho"
    "4/4YddaRdYcITk+mOUynlmeNaZbYHRIXIKjwAYjxqXcE6MdMWe0OQBZxshY42DT0A8HgQ8"
    "Lu/IBM5NjfKVnvJ5Zgno8WcPppsQV3xpMQbenPyEiO9nEamezr+Bd0hPoyUfQL2M+w6CAw"
    "kO3Jso83secngs2sgPoYzsWSwffzngfimF3KDny06QtiD5LB8DTA27S7AjSER1hYTtiTP4"
    "O5R84Ct158J/IzID419BuoNNgTZ/Ws9imS/ZruH0dHuYGZXi6SIra/uL5VYeFMSHLY3iHN"
    "rj4Nz45/3j+wHy6/vvt4zr5cnb+/uL64/JzV9tLNrGnt6vzsY862NgWG9PGlwDkUcL7wKl"
    "DOk+Wwxs324L4XMF34508nz168fvHm+asXb6AJzTO+8rqGGUWzJWEE24+3BrQpMgNtBbRq"
    "+fVnsJtOIwXtGus324GBuwj3fGavaYbNUhoDfIttdfHRuKGpriiZZA9FxaUSSR20VC4ARs"
    "sblXnU5dxrD/EcVBA64HJgLeLzY/oMCE9OJmx69vdn1+/PPpxLD9EKMU9Tfrnid7AoJjf+"
    "PfeOSkSYzP1aKSaQLeGcHDVdKcgAu5kiY0TWY8Mlneav/3b2p5OXr/AwXuai3JSQhAlA04"
    "78hBcT7sENOOkLxr+PJpYHqJAEg8Qe/x6ygVpSMMdBjw0CPovchAaSnEQFyxMLHlA/Y+cB"
    "rvqwXEFoCHiVzPB7ZLVWnE2GOfqfnDzxO3oaO/B05HhcKV2U+/fVealu4NbXrjcp60b5qo"
    "kX5atqJ8pXyoeyWtZIMav5OSJLtNbZoXVftC0fHoz3XtcOD02891K7mybXs5Qd5PqBcLmR"
    "25768GqLBcK4ZR4Ef1NHI10e50gNn9vM5+y5takiO0u1TV12e1m7QptdEKALGJdos0GkcM"
    "be3/myoWTcPa/WXk48zq6sBhLyCtXE9qTpCPsSQTrFlmoZOrUKmknP6DzwJ8d7yyxoNXXc"
    "JQq+GcmYLGyLiTOakFkLZGAX5NVThj5AQkRtcLIoF6NxjsN/FGVbJXnvelCS2qcgOPs2Ce"
    "0Tf4HNhnxseeyp9HT4RLd/6rHPOAAZEX3B2V3gT6EhCPQ8MvYJds9nYUNL3u+x7gVuNBTD"
    "Dy4ql4JyXxxYUK6RFCsBN5KikRRby+VGJ0zY/dd6tdN0RoZoM4fl51xHW51QdCEMPRf33y"
    "Spwkl1UoWTQlKF9ngatfelWV86KzdZaotm6xot2wHpls2WFVBnzIgbOv3mjZcdwV3P71dT"
    "hFXxniUSbBIJWi3AqpjTZgLsGUhmJDtaysOTrLjoFKqsuKdsMIP14HxXtlsrlHZdNrWWIO"
    "UxAZKhd8wGmOqpnzbzIkogZULHU8ebh7wox+55bB3Js5cRWTokdx5mNij6V+PcErXfjpW9"
    "VceWN02OLW+qjy1vCscW+YrpwJtQdBDg7Z8LjY/Iln1EUir7kT8rC277z+vLzxUmkZgiL6"
    "w6o5D9P+Y64hCdQmqARSwyImohxVY+m1Zug8YO8im2jCqwes0bVeAeVIEt0y0cCJMb6YnS"
    "x2ldPudpDafbzOmAP4Bcvp7zSJrScLnNXDZ6SaOXPGC95C41bTJvWImiLU4oVq1niyPSmm"
    "jZsHtbBjRH0c3+wsNg7Sg7IuqthH8X9uD/0m8CNWHCnY8ZrJ2lYKF1z70yLdrW+ianD2FN"
    "Zy4XA2YFnDk2uZEU4rcpahzHIB0cepMw/sCDJSaVP2WDYO6J2G0EwF+yBYfeppYN4FggY4"
    "Why5kLy/wURnywAgdB7ctYEKAc+XNYX0QNs6ZwEcGiZkJ2pgJHjtmX1OQyCepnVqwTlPHm"
    "KsYEhqRbfTioC98bUPx6iszxPEUmA1IWXITs6vzsw38xeEZ0DlKoOR6b8qkfLI/ZAFbA3Z"
    "0zGjCBd6TfjWotMMb91ltMcNqecsaRo7CnA3gxoN2x7U/h9TmOuvnpNA6jL0wCeoABVedR"
    "ZirJL28+HWIIvn9368WjD5dSd0oh+sS0keW61PEUOqLMHllu4dsq8CEDwJYhdOgfNBATGM"
    "PuI0wSG1getx5gLttj2gHUzApOLkWAgUs/oOcvVxe/waewOi6H5qU2CHoV8/E4mboAWRlS"
    "egrVVQaQObwi0T7aeY96ZTUBcGeK6wFQLQD8lqYGj5SLTYfFv8QWxs2GajYdXVJtY/w4A0"
    "zToWOCDQeOX8hmw8rmq8aNOzV1H4ymvyWHqV1rS+/huXTAjdp3ENzta/nT0ypgXF3wIUe2"
    "P6iPHmFj2Em1hwdHOEPHVenpmq7tLFUHV/izJiv8WfUKf1ZY4aE11jK1RO33b2hJfQqHc8"
    "cFEUgc43iP8THciflFCWlahq+ExDBk6wxBibfIjXfOuDIyPaLYX0z6rjJgqYD0v5ycPH/+"
    "+uTn56/evHzx+vXLNz/HkenFW3Uh6u8ufsUo9QwjimHrFQkpK/GO23cG8K1lAEjJ9Vo7Sp"
    "bM7Cpb31XymjGN5V5Gala+yX1h3BhMurTucb3EDlrIYJ1oGnW5nqU0xu72MLn4bsdGH10m"
    "ZwgNj1vPY2W909H55Om6GNTWTK9Zp9gsOojH9hfdVypNaF6pNr9Syu6spd5LSDYS/Q6Hq7"
    "uR8bJ2fB0OlJC2QwjHYTsjhKddE5raf9M0xoGu3oGOsCqCazzosh506SWVcaG7gs3/6uL9"
    "TbPY3tiLqkRbrVvL5zfVV4dQL9uaN4TqN9lLV0Ey1UnbWZ30IKHi32c8AGHA27S833ncUV"
    "ehUt6ZW9jGTUk2KQLx71upyEaY3qjODlL22bgiW/Z0UOVenz4+rHCz7z+k2zbwt4/aMz9g"
    "staxqhkg/eSfRO7rWDhAkHv5yLWEOGUD4fwf7w+XYeRSLZMaUt4J9EF356WZLHY+XqnXtM"
    "SmxmvauLMad9aWqCaNO+tBOfsJbrllp4tqT9aEohMA79uNNfkOFEGvdmrKEJnyJqY2mhbU"
    "3TX2p09GTU85aRqjtK1X2lbUc9RW2sZxtocJ6kqtbXpNtSnwOVJKlshmKX1ltVT2kGrUKE"
    "u+M53OiTqOoaXEf9R1T8XLWqqiNMYbz0AWEmwO3A0wYphbokTu2lbHMvDZnwcjdA+4kzXn"
    "MEIEjWvintt4BQS4vhhN+NQayHBYnx4QxLanKjs+5tj3LZvbPSbmOKyU9P45t7zQ+T9SG/"
    "xEMl4UjnvrYeQsG1uYmB8DatU0SXSM54qxtIED33hqAlfCY/YtCq7FyGaKvx6C6Bg43GbW"
    "GNYjzPfOclysnioceAMxvpdCkFXtPErkr8J6VRg0zAoDme8civ72fBxQwkeXlHAawwwi7d"
    "NBMHe5QoPCXAc/9TBnoz/kAxxNRYqHwRJm6N+fsqEfTlSgsusyGREd1wiAIWlYmy05PCLM"
    "a8S9sA/itO/ZSjpGpF0fI9qhX0w2g7HVgnrvYQXxOFT6zglEFLeMWsURfsnjrqChE7Aptx"
    "1EgSYTVyzgkhYmMIS1ERdAj1bXAuVzeDgqYw2oeMyyrVmIUdXS0/ZYDii1j/DqD6JVKEui"
    "y+9ND/+6h4+XF8WsxzCMcACPgtUtitTmwVu5WJJuMfRcdUpEDVUEFB3eOLR6RbRtZH2W61"
    "QVQ64LuYVvQcjZX9mTL1fnX86uLj7/+qQQ64uQ91cHGMeWbwn9yihj1a2J9W2VckQux+bS"
    "TkJgJJ3yiJhQS9sUE3RCYN+1RqTK37BaI9ItT8O9K0TkeYww01nUWbIOLu3tx64nR18thV"
    "+GqhNA73uNZ6UMnWVepOzCHpPbw0/eNNnET95U7+J4r5DuGp0o/JKDR23G64SoEyt918aZ"
    "RFou4lzt0ZqlMm7FG3itziocjmrAT0iMG/HWGeJ4s3m4xiuRpzNpyzd5K+bhelwoEBo2bP"
    "Qu3Pl674Bsb0DfJEWJOjGuc8rs5vly+6ce2xlzUWJorkY4oegevtuvVVPnJFGXbGcLfhJt"
    "Q/pRku6QJUhn544JzFl+/Z2bDGo6qMcEBvWNUMfbWss9TWOwXx/7jO26yIB6v60CsQk9b4"
    "+nFl3KnUvTZn6dt61I2Q69RadykOWdJ4oM+sX1rYpzVxlxjkd3SN2pN/DD5dd3H8/Zl6vz"
    "9xfXF4ol8StHN/ESXHCiCN6zjznUrTDk01mJJFF5xE1RmDxv+XOr9KvS9AfNEG3g33E4K3"
    "elM0eqSBg6zvXnXuiUuIGuqBGWJTVf5zZ/nU2GxOpN6jDd55tkSIzc8DR2yxSJ2Suze6UJ"
    "RjDBCK0ORkhSyOQ3gS2g2jz/STtf/pWwpna+DRLzpF2Zc4rtnSSbORCwTa4Zk2tmN1DJ0n"
    "39gMOUxab5Zj5RZ1eyry4htssgNPkmloSgxa9odQDaMG6yMvzsE5Y0nBWrRKogkh7FEjkh"
    "n4o4XkwVq4zScJAPDrPYzA9I00eJPUh8Ocqhu9PBMEztBssuUgtHsAH9EoOeCltyqZPBfI"
    "ZhaDL0yA9ktBkqxbGWo4dxVSGse/9ugGUr/dBy44KbFFTleFzImKhbj4R07FxV8KR23D6F"
    "kfERBipbiUx1AvfTDz5cMhAvohAsWNb2IElugrUnJRndwTKgjvdguY4tK0vSLGSDkeVhZF"
    "gw92C+IzxruNgVdWsNAST8iyaWpvRVoVOatofFSQnkWy81RegPDpoO/qYwrygeDQm+hzED"
    "hnzseIJisBjakGWAIaLdY7AsFQXFptAtTzLomH1zwgk8mOW6fT8AWSucwCKBmbuumqVFdU"
    "z56B44k48/o8A2hZ4j+qqZqi8aqgBCyRYMB/TxEW+9qXUP/ebWnxOyiQ8vpOQval96qtap"
    "UhoOMFSRRubeCOvFhv49905VCVWpqokQwgBCWcx1CXO+9QLfn1KwGmyAXM0Xo/jiSqgUBK"
    "jiFKHdMbsIszMccxkmOJgFjh844RIW5mc/0yT1jtx60JsPq4DC7CxcPVSrFUvcUtggLKiZ"
    "DztYHLkX+HPJtMsZ984ungh29uVCxvGxaPdPlj6OBW9aLoYv6isVgicXp1r/SXwgxe25br"
    "TIV5Q8xbuODTwAxLzRsn/Pl4X4vN/T1ZPLSp9mA/hcC+bXJICPttC+D6DQzloTPpcCurJK"
    "5+qgPTmefIMbhAvKhtH3uVCrk519/gCvPRa1WlU4VaHXaHqu8wALXqUSrZ1eo6GjnbjZ4L"
    "L5qpHjTgtwNOFTet7NZnXPZyvr5uI0KNAvgIPQA3zsOxRdScGVLw4suLIiq261I1pM0MHw"
    "hu07osFDzrXC0mKCDsK7g4C00ArnJSJZfSzrvMy+3AWAtx/MGh2SdCBO03TPWfVVE4xfVW"
    "P8qoCxFM6KCK+I9TDOYxt6rCSHLo1zRobIGLDyoQNSY6ADaJrG4Jnz7sloBEo0j74PYrpX"
    "4ehTIM7BOwTqXX3y4iv7xfbd5eXHzD7x7iIfXf3107tz+AgS/IlrVdEVKNGlaOKeJdwj5p"
    "F8crCQ43cWBh7NgwCVHEXcK53aSig7FLyxNfe2SHFWRPZ6CttFJbxpuv05DT7bLarPT16/"
    "igHFP+qwvP509vFjEVCbWzZqA9cqFpkhNd5tbfZum/LQQhWKziE9TWOO6Zs5lscKdp2TZY"
    "HQHC+zyJJRT+MrG7c339aS8yIaOjXAjNsbL/w8lGTq1YAybm+gLOT6m49GnOvBmaExkBZi"
    "m8lDQgPPhMCAmQcz8tPQgDNNYgDNA6o8XTTwTFEYOAtfdelspPNdTygMnAUFhHKjKlGp1W"
    "TlSFN1BtM9Z+RAVYPGKo6adwbu7W2wJuJ2m3Ca+NAfQ4OWcjfUZHOW0nC5zVxO+QHrsjlH"
    "avjcZj6j43aRwdUpwKP2XXAHquPjLnJ/8yAoS0JdDXZMYNDWRzvvZF/AvdrvrYS0CxzI+3"
    "A2c+Ks8+IsKZlBvvv9iSUmOojn6Tro0rmD3KNp9/sC2LWuLXlS41Ck4d1SEqeifRQu78Kc"
    "ldp8VkoF2+jyO0dq+NxmPpsMSD8Em02d6B+CzZnwR933OUdr9u02c9pk3dqyW1kqCr1xVI"
    "3YRgLNbsIZ1bDVQzRLZUCtzwwXBfJn0dVOYfZVdXOYkK5MYJZ6SxukhTPZ9pqhqplt7yHJ"
    "3LYhsM1zwB0qtNlNcIOke8qpp0+ZX0qUZrpp5T4q94qO4K6X/SuVbpsPJ75/Xw3opcdvfP"
    "hfQ1i/Jf0d5Hm6HFjdTGm0uKqypUUrb0XGtH7kALQ6bdoZ5UOSya6I9kmUmyyXluuUDWTf"
    "BDKlSsJsSjPXGnF2F/hTdFoZPDi+5LWgzFAqMZRgi8D3xsU8ansfvTRHk+qZtpnUKIUUTS"
    "bZzaMmu0mzpgB3pf9Wjmp/PlwHFP0SZYDSMphmiLpnKn357KSB7Q5aVRrv6F5OGow3qCLS"
    "1bGIWSpTHnODcMT0Vt90v07TGFG8XhSPE7ZuKN10LX1zXrZJr6mMZPP+7Pr92YfzOsFG67"
    "i+zhE0OohXnUJTB/VVB9GUjLD6LPptAue40GchjzNrYuLY1PFQpmfFimAOSIcyDylewdy7"
    "Uy4EPJTMeYqHQ+AUF8Uz505GwaS9Kj0rAyiQTuTTsZ6mMrE6JZlYcQZRIlUY3A9szF2rSO"
    "BEa8VpaxdcYHZU9XQlZ9rcwTWTGhKz3jbOCqn417dlWrvoLT3qFZNDYm42zv7KnswATXio"
    "JzXZIdu0Da8+PLdyE647KRsd/nZNIkGJJrTag1M174Q7274dOKnKhibeaRoD+hqg086tI/"
    "rFBJ2Ae9dZOOmEoKGxiNubeLOK8D0t6TlNY2TnDWTn6OBYwL7enyZFZlxp2uxKY2Jjt7pX"
    "mdjYH+O1MZ7DPwSbjedwZ9lc0Gfr6F5X6r4jL4hda77boMfatt57I112qrhhiSY7W/qwWo"
    "89y7ZbqcQGTqPDglQnKxemohK6tBUqketVxG+Z77lLuo7KZVmKLKsTppJdd47niImqi7U4"
    "ZgPXF4KLuAQc3Lj1ZOV7QeptmIuHv8ntwna4jWXrXE6qaCp1Jmu5WS6MAN3BtXuaoSVGUt"
    "v7lglMQgwzwopmsrjZrfd0IHgAj3dMhVGOxcSCV3XwE/RAhWgGTIx82C5YKviW3fNlVBGN"
    "2quSZD7ORU0fq2/BlO4sJ2Cyz7fykVCLSdXwJCYhPqLEeCQnh2p7HwvvecwaUW/HqYpkQG"
    "kjCqSFRyypczax0CsFOqGngBMoc7Hk3bNbz/MDeOoeO2ETZzxBbT0ChIXW7uUsLeJyNKrH"
    "odXQnyPodyHH25IJOGXJAgn+3EPeOmGPDYHsjh7IF/CAqnrgQMzFjI/C/jjw57PBW8QGuQ"
    "FTde9iOwJyjsq4Id7zUADKfTkKUYhocGE5dlxsLp6Hz8Utud9MrAdcCNBJZA3gD9xDiwS+"
    "UnHxN/ghb9PKhdXZY46sSgfw0bI5/+fccrG632jC0XFgIGixSpChxa0HnIRtCUZKx6oOcA"
    "0LOQ1Yx6H0EAI2z0P6F2v0yVXs+mNBph0y38ByIocX+ryyAb63fAZDJUXjbr1vz98zugFL"
    "ywuxHiAwWlZspHJ2gqlDGnQgQh/2gj4WBxSJB5IVKBoFAi1sembZHl+Ca/r1jgh/klUXWV"
    "R0UXooqZKL9Kbim9yXhQIHUflIaOL5TJ4pevjXPXzA1PYB6KgqiBZw7H/nhBC8CNCftGTJ"
    "Llm0zKPGDjSIylESD45TVSOj7SfZ/tRcZclCZo1hl+/dejMeTKyZkPaw0cTyxlycYnm+By"
    "fwvbiwXmzXsuTbwJ4OrubeedIKN4Uzj2pmpixxhCNVZJTOYbeeY/dSnl+ySGHk/4VLIJqP"
    "RYsz2h7l2/8E9pVB7LaChTGjLM9yLwM8h/8Lb5WiuvUiMmQqll8kl7QpV9shvpfTQsVBtV"
    "kMsOKe5QyShSH92vC1YvhWofnxLez3APCD488FrHYxg88nlxU9B/gNxLfbo79gmeFc3H7o"
    "+24f5yVw/prlC2899ak5ldOaOR69mjRpD9/RCnvi7uoYljSos0omy7EPGFSaJAv18OLCXP"
    "jlon/nXgMjaGo4SmTUxAY6F2gEhV9BKK2glVOZe2O9OQQNCio2mYJkZvNxca/Y0tBZp+61"
    "uZHyo6+bUVn5RqqhmNKwVNZQ3HzN0GlgDdRoipK4clK0Y8ezaz6nmG4t3KL0rXW1J3Ms1g"
    "UNz7ViZSnKyhnKM01UN3M1XzXePjgYNalo2mxmqqJnYXZp3V/zuRFV85U2C/wRdlr2hsYR"
    "LRqjYznVOGKowRQuPrOnyXLvZSb0U2FG6WIbzScVUa2aUqr3QqnVtaab+v5lVT9amKqz1K"
    "rZq8Fql1R84KZPskZl2PR0sI+VSz8aqH46681gvQK12xl77qkDuvbLn11NiQCR2Rl2NW0L"
    "znTLqT9fuYryE6BZpZdWGR8rwyYazy/WmNXNLRqmdk2l55IUCd1gVv2kl40nVyhlsiY7k3"
    "5WTSszYnZuJojlUV3zTMVmU7F5X/Buv2JzJAk19A+ImhvngEJll0gKa+xyFxHsb50e7Wpn"
    "3fUmYAolppbsNgolmkLtO3YRJd1wEd8VNcTL3AmMR6OGR6O0IOngnlCYopDr404WOx3YYw"
    "KD+galODGzOIBqax08slTdi/M+aZKi+aQ6RfNJIUWzREwFChahXpH6PU3YBbT3HcyCPgA6"
    "oEftO3Cu3jfUUw7zGWlt5CkSs5Wvv5UbV/2jrbrqk3ecBpoJgQGzEKMVGb2zWNaWJohpTE"
    "0CjZoEGSdAHeV9gdDUVi8IhilvSc3FXCQ2q1pjVcduEjorOkNkVrOJRPtRYlcy1hnpaqXJ"
    "4oTKhCa1nb3j9fg7NvHXB8DftJubJo9zpIbPbeazKSX2I/N9A34bPh8En0Xoz/qCwxPaJT"
    "qlX1zfqtAq5QlzbL5Dyk6x9sPl13cfz9mXq/P3F9cXSk8a85JuZqXFq/Ozj6bkq6YTmCn5"
    "uk+8t1/yNRt1q2NtKVIao8v6RpcoNlZHL5WmMWqpfF68OCBbZw/JkXVvx375ssEO8vJldd"
    "75l/kdJBMA1BTnDFH3UDalubtiMEiHVZXg7owrzbh5yrWMuW1b5dKc+5eTk+fPX5/8/PzV"
    "m5cvXr9++ebn2K5bvFVn4H138StCnmFNVQWRR0no3TL8t/NtfLxaNy2D05S62cOBYxelbr"
    "IZYHT2hSKl2R0KjneUtkZHFkzTGClwg5gByuujg3xCYXDfwHs9H0TdeDvJE5rdJCcdmgS2"
    "P4JZwiSw/SHYTGlq1mJzltLYGNvM5UwGEd1dO0drON1mTqcLzDc98qRpTDWvfDWvxyqOdj"
    "gviQaa2WR/TQHNUpklWl9UFZdfEV3tmqpfVTcHuUxXZpZPvaOZxPJXsANfXby/OSruqlvA"
    "9FPUz2Gu05Wopr8kDWBNpWXdENjfkp46Cm12D6wAF3eF8koUacHO9S27Py8NYXyniH/5+x"
    "WXRcRrNgjq6Ks4YBGugHqpJ42q0Ftalk8HMFUI+YPsbtlV2Px5CDLDpmBdyl66BBK+nY0r"
    "cReWYTWcUcmYxiuwO591wlSjyMtXypVRUt/la5REo7q0yzxusrKqyw2WUeD2WFZckcnz48"
    "ScAlOl2m8pkz5GYTBujSY9tgicMORR8RRZHztJys89qg1eLA2z26FWFwuvTBCaykSqd9ov"
    "EJq0oSZtaMsyBtIKXctrv4R2Tcf9tqG+a899zGHXp7pWOrk38mQmA0fex0UmqdNHtkBnoM"
    "1Da2yl6+wWB6F0LyjgqmVvrXO/7oGWhPDSE628U3+kTdo0qlQoi1JhekU8bOKpkg4Op1Rs"
    "z/LYkNOBE+6MOBukLUdUbUrwUJbdkpV0sB6VA2zA2+U1D3c4HlVPRMhUwUBVdgv1glT/S1"
    "A9PaorOJsHsGJ4UpbMoWp9WGwN64nBwXgpi+IJH7pds/Aby9V9OyVOv5VHcixx5jFZwjHg"
    "lGWDqs15fngb1ZpoeF6n+gIKBSwmkKrVldpz/qfyWG/y/psD/MEf4DUdejdx5W03tDsJ96"
    "TamF4ogdKAOU/XQbyfNcL7WQ3ez4p4C+f/+FrxLBm6/Z3eOxfOYkKKHp8H9K/GZhO17158"
    "xkmjiNCTmpDQk2JMqDoD6yCcIukgyFsvliMm1snLVzoAJxTdw3f78bZGF1MJ/aHrYoyr64"
    "/I6ZQeQ5PPWUrzQreOzRrK1Yzfo/Fo2tDrZC3tMwJWqYBWaK7SQaM/WjM99FnKv0FqR3Fc"
    "gQpS2RXqZeHcKdXGIrSWQul/w6xzBClfOXDLLiqfdzVIE/2sAkSWf/495w5hFLOPq5htp1"
    "dLO/aeTSMt4nWvAWuGyEC6IjIgNvdtGhsQd3SYsK4OD0gvq4yz9fuz6/dnH86zjuzJy70F"
    "cL9kOusowIXtsBzkxzGqR26yJYealAdt9ZEm5bG7+jzzbeJPWeizkLtuZOVO0CkeTVa0R7"
    "s2NOEPPGDKcV2wie/a0g5NtuMeE748qEhztID+XLvYGRv7cOZxPOYHNlrdB6osFFm10XP0"
    "jnsjmNatR05AsQOqE7KAj4BIHDP0T4U/OE4EDfJsYDsCgZJW+uESzlRiwfHp2ItnPx+zSz"
    "kLmt7AEX3Y3aCdKnMHj2I9kMn91rvzgykOOfjzw7NB49NVIyN3O7/yq09Yrfwg1R2nHi26"
    "sqX75qZHqKAkSq26mKFq3gk7a53KYxfVDIdU6UYP7zSNAX0N0NXnoETLU5cuM0VlMmVqZM"
    "o0ZSOPtlo20tTVWmsjOQSFdSaxb3K+1eVzjtTwuc18NgblzrJ5I+f+ZmqhKGh3L0qhNkiO"
    "O1EJbUPNE8fjV6t70iH7K9U+Ub6AZVP9T6SCwXAGVMT0mB+ge7+M2w38BUYbUOguo9IcFA"
    "6wQke0cZ+oR7r8evPl6w0FQXy8/PWaYUA+s8bAQ7omf8kgYifATt+ygefDshwwCkqQSiLY"
    "7ATwvscGAgYa0LVInXPMBiEmVogIbr2QzGrCwYgObBmBSfEOriVCZol7buP0E4UU0FsyEo"
    "N5fAFnfXxKUaUTytvUoBVhIBVCWVtcomzIbtrSOvevo2SpHXkg96mgCvQwgC0IE3bEy7Ai"
    "q8Syb8/pvY9eeJrOd1g0+Af79rfzq3MZoc3+yp7MuGcDj59I9XNq8FTSRe3xVTHt1RP49/"
    "9Iz8BYIo3qrOWHDQ3VmdwBCmBWe1/GBJ3Q5OTDFBpFKdQEKRS8W3ED0YE3JjDwNoCXvroa"
    "ipq4fZeiPramqRGlW0F1EEf5RmCwxCthed6sSjDj9gbNapWsVlm/NM1GJQXaBm4NcjupKR"
    "Ad8AvY12t7UmRG1dM6VU9GQw/iZR8rMOozOUdqNLdt5rPR3P4QbDYlLH4INrfTWau9DF7f"
    "f9i4uXbRzfWaw1ctPKq2fqgGvSa2D5G0bRDJI2DFoOOnpJI2CFRS9uCK5XL7NHEFRfV/4K"
    "NSyGbWwloSrWBDLhw71vxT8ybJpfY7dKOon1JLgwn3eVwlu1wLRaSrffwSik4oLvft4WeO"
    "5j/Ema1FsdtGzt6dAGZMlJ2p89NSSNcu9PPIZ+9PfOoHyysOWIrSs3e2Qe3Ze0pN+0GqbW"
    "OvI+lMQ6ffhR/c8+CJYLK/t3BJFZ1hGAyJzQI44crfFNgVcOyC0rLeJa17KT+catekXQ9M"
    "+V2l65HK8LrEuLQ7y3Gxk4tQBrctnHBCgXFyEtUuQ/K+WkmpYjx5n6GMV066Xa/WKyfLw3"
    "6qMlKpW06XvG9ekWTw+sAkA6tCD1Lt0ZBQdEIyMB4jBw2v3Bp1JNuEogvp5vYt2KqdfS3R"
    "Nk9rhNtWiz2U7mcd0TZFZwTbNnPYlLHdgQdu5oTdFNMMkYG0XmMgwdqCzuBb3NFhwrpSa5"
    "BZVqvz/5hCtlspZPvIOhllkfaDoxJ9THKzV6eLmWWaNSoUOQIR0/XHc/6WjXxb2RyDuSeY"
    "7L/HLBlIJRclJiH0fBCguc2c8JTunH25YA+W6+DpQMi4LCHLzIjRhE8tUV43cm8jb1BGcq"
    "953ddQZuxNBNxWRuxqlcY9PKYO1FH7Dsrb20/vLusQypeiCHK193aeznhwb+DBrUoW6nOh"
    "QGjYsAEbbGdcmsWneqtJKDq42Wy/vhV5owvOS06kDdzYI0KjZmqdEmKjxBRb9ByU8l+Zy2"
    "AsGdb4CiZtGlWdlO3ZLPBHXAhKPYAHzAm3gnDIrRIjYyMqshAqaSSVQMCxBVoV8Wd0E3Mc"
    "IK3NH5wRjw2VPTagp4tKPVLuS6oGeee4mAmcB/BEg+HchmOvanTrJa2mlmx5ygahDyfxqB"
    "8qOnkXcB5fCKJcCGp8f+EBkeP171xnPFE5FdJl3x15jsdylAssZhn1gbkVrADO8BIMyZwn"
    "EUg9mRCCbKJJ5obIdOpAe0cIgBjaTWfhUtW/hFso1driFEYbBpgJtB+LQULObQQbi+BCSh"
    "gjf+7aWLsSk1NIq275yKeULPRe9RH4/pT5smQ9XQY23Xr4GHdUGROmP1zKgvY8DNG3E9iI"
    "3UI3I2tmjZxwOWATfwHAe8syuBiW2gTx5m1EyfCIi3/A5jXnt97TgXD9UAx+kpVB08bnmC"
    "R+dPZ0YIV97G/w0zGjJYmPN7BxO1LpTwEXZ0p1PCcwYUp+ig+QLMtelBEDluBg5ngeJtfA"
    "fPN4QS7DU5V/QzJTrj3VVC2gTWWwgzMpH6SvKbBZ60wUte/giWg3JczKlnFlHPKsdBmbKG"
    "Q6CdJ3SOv8HlN0cLVuv1YZbPDBeqbiLKU5wbfuBG/EtB+MyXLr6+vqsXNk+9s2j3Z1atpD"
    "5emUGFXEuq4Ob47QlOEtsqRZGd5EbNVjQJbO4L8u/imFhB4DcoSdSd+9Z/zTyh49BuQpzT"
    "uwLg8i5YmOgSdNs3/bTkp9MZw7buh44hjHewwNxk4sPrGqUkMCz9B0Zj/amhCO58OwfJlX"
    "QpqhMZDmISVVuc6uERO0Y8vAYTuzZRQsCTqMKSU2TNo6k8gOo8OYmMAwY/vMiA1LuvqkLK"
    "WJPWizPikyZeq8dWka8+Jt/cWTxlYdhiQU7WBHp4SNtO1bTwbPU3bmiLwHCVzDNSmlrsqE"
    "vZdxS3Xwy9+vuGtVBFBXpUw4TKtHIYLij126cl3NvfdYeuWoxJkrvterc+cK5l5/FDdrFP"
    "IQ1aAhdyBhLYXKnLaYcC/jmINeS3GBmchbaYC+OgPpghPfjBQ4TzCjm+/ZFSEPext5y+42"
    "11MQNatVJVv0VXjckAe5XT0/ef0q3qDwj7ot6frT2cePkTBf7V5DSxQ297UKMBaIjdG11Y"
    "fkKbfEPFiX20VqIxK1jdst8YS+Dn1YKO/owFjyBU3frv2ICmqYnDybfUepOXqeUiqkhUdZ"
    "lChiSPSYjFmBH3eOy6UD9HyG7rbilI3ga4IBfYr04svDK+bxEH2m6csX91f+Fd3DuOidjb"
    "miOHxeZfmxKZapI5wEJoQK4LT3AD+FP+XkPctGE8sbc/Tm7cFV+Yn3/KFvL9nEomJ4tI1v"
    "+nmm+RW3lGpXjpigczGJ24pcqf5qr2NI3b/01gkTakt21E/4z5nrWKUbaupu7X4q3RmsuG"
    "GzhHgyBTTtUrBxyWN/jw3oBf4zzmSAO0/q77fq8A8ywWLijCYU0zHkbEwbWcAmjm2DYDFc"
    "wka0qEiGt4dBSzPapTIjEsj5THbdCQc4zAxzjxv5/tjbXi79WbP8Z3UJ0IoJ5tz5WAffqH"
    "0X8X3VCN9XNfi+KuBryq9Uox9wy7703KXavA5XGFOzNzmfTc7n9qQYamnO57O57YTnVDa4"
    "5GSbult7srWwXT+uPtzkZOsz27FVeLJP//ZI4Q0ieuBPZRivVGpTG0eWPBnyO1hXstL7XV"
    "imCthazyjsX/kLoXQA7pLBhsNtzAQNg43HHMX9uzlGEHMqBi9FfTachypceOo/WK4MyJX8"
    "tulU/UQwhFnIOUhaug/Y3HqS3KLqLwuVl5pCifGqx86+fri46X84+69r9lRwzgZTZxyQDU"
    "r8WTLmzycv+v+G0b2fZQAvzhLVG4CFFY0f+ItEHWHdeq6Dp/R5iDE8mJYaYAJYQo6nf//u"
    "mA3U6lVZqzH2l2Ka58P/5SOcYkP9RSYRdVnx+rp01KlFBkIUqUCjLeSol8lDnatDb6G3VU"
    "kdG43houxZpQOqevTRMOzimsHOwj5//fixMBcF2UazUX2smk8yVO2MKor8NJ9OtP/XzUUN"
    "kp2IEeYeV5gzdW3WAbzlh9+i3clkhc/IlS+aiJUvqqXKFwWhMv19abpppWk22LoOx4CnkX"
    "Q3/tpqrFd/i8aMVi3X7Sfisn09dKP2HQR3+ykV7/lScydIKMw+kNsHbBvPn1o7QULSweW6"
    "/b0gqu1TtmSrUc5SdS4NwLOTN000zydvqjXPeC9XRNJ1lHakKcoJRecQft7IdvK8xnbyvM"
    "R2ouRdgkkD5zxdBzeO7X/nsnqMpt+6LJX53pViusba7eyy3UE+lkczBnVyzUq1eRHMmjDY"
    "mGKjMKPDQXMn8URko9CBPSYwqOuh3hIXtA/KQnRUYqaL7/XqjHR2utVKC91ZKvJE2onQSq"
    "bsWD106VpgUtchp+y0aC5Cf1YqF/Y2yh2b2LDQFOffI9XYeuBFq91OR0NL3kVIGYopzsYR"
    "0i1NONjXQI2CuW97cUpm6SesWtAffencS+2o4CuDhaLideKkw+TMK96idezWo/S9MKk4qz"
    "G6vw0S3XlquKEVjia9pPLrzLVGXGZrpjaYIRi6pwdex9aWqda3wrYTrZN+TLTKupMgSAae"
    "MitT0qTx8IS65tDKtsTOPn9gea5Vzq252SuBZu6tnFrSba39bQ1kfHclS0ofvmoKtPrUAU"
    "f9xnXUeD5Es2pG0SANbYDJfqB5WCsQmqzPuoZBUxf0hzEOpnYfTUZnKU0wWpu5nP8a6PK6"
    "jN5wvM0cl7Emel/ONI3Rc+TU9+3xlTkcfA/urcGYzrmWwTGh6EIB+nyES6MAl5r4lrzuNS"
    "1oNN2V0jRmVyrFk4S1AqTVwahZqg4l9d1a1k0J0T0vyWhWvRdkiLq3Hbx8dtJgP4BWlRsC"
    "3WuNRvWT5bhHZeG8lsyvURPIG7VooEXFtlKj6ZAP/hBLgXlhLw4JiBSaqPDEO6S2dB64x+"
    "azMkXpZh1KXSib+IAQ83wW8u/h27i7qWVzmXZI1laTHSd5C5jrePeqsppKNsRQizC0BJfl"
    "xKyhP8fw4ZklxMIPbOjl1lsEThhCp3eox43yJyhXHRzGEvcwb7h7ioOjPpMyKMRZEuRkXN"
    "/HZvNZfoYNFaK/H3nwsKRn647n+UHql0xR5x16ZgR85Mx0fY0yRF2E+WWTeljQqqZ4W7Ei"
    "lvGB2fqJFsYoy61SXSQnat+lxCpbO8Za8NmdznQKHKQoDKIliLocjjrrZXDLkRpNUJs1Qd"
    "FRUZPHKTJj+Go1g/n3mQPdrcHjLKVhc6vZ3CK9vWFzJ7NtXngPTmhVueal7vbqVEpOtl0D"
    "xRKpYkgvM7XuMf0kal9G5IAWF52//tvZn05evoqc0EIsQHPKBhx1SAM29rlI61KAms9C5W"
    "CW0zrtcDRUSQ2wTZ9SalKOic/Yf+RVB23tqeM5iAnWsEfFllRo4ag4s8YaoLKcE78f0QzV"
    "z2Rz75CW6DDzE/BIz9pUixETdE/5vhMFhgPrHN+sIsbvfB/EFa9iQafIckgPga5bn8J3l5"
    "cfM1/Bdxe5TKWfv356d3719BkhD40cmdipKDtOLDHRWc5R+86l6N1+cfrk86EDcJaqe5vG"
    "9g34hBgPgrIMAjcg+9bgHFN1Aee6s/P5P24yG0Yh8CQ+On+8/Pxr1DwfjdJa96MD2rsPQo"
    "wxSokfjs2R6LMGn3OkRoncZj4H/AFdFtaKokhTGi63mcukutGOKc9SGTOwCdLfLpoF7Whh"
    "wRbB3VXO5naCujJlc/YVzWRthimkQikfJxP2gaLa0kTYX5TD4hUXvDQXdrZBr06ZHzk/9o"
    "O4rZZCH4iwRpVPnpBRZ7Vq9nqV/Zr9NVGoR9xsrjw3WrAta8FMgt8f/ABqtAY/BJthq12r"
    "cI0wcuSh8NdUqVnBVFOl5oc8nF/Y3AudcFl2Lo/v1R7JnXSrRuVpVAlE9FShgKbAf4BOgr"
    "d0SHaEmGMMk2dnCqGEsraMrIDoUZiTKgDbYxYWUsS5YzxWFPw0tZblJWz2OnppKUY5CN6O"
    "kkzmizGmTv/GVeZxXWUSZjUVqxKKDob7vGyUOPRlTeLQl5X5hXVA7nh61pcvG/kkvazxSX"
    "pZyJNtZNYf4bCLlcb6a0o0eVrD6laz2sg1Rq4xck2pXHMNPLoojRtQd2plGgFt+k7jgAFs"
    "/ifHi5M9zD2sKrmwlm/ZQHneLzBdROiTVBGJHD24y+HbGg4w8cOS2zJLLTYZBv5CyMqUIR"
    "vysYW+/WWmiH0NjaEE3yYqMCDqhVJIWJ5YgHRkQ5ehM7rHLtMjxt35fiRAjclowoRMfkq5"
    "K4Z+ODmlwvfQNzBhOqD0v7feYrLEqAYi8XyPH7MzF5N0BJxT+dB7PguVucUJIoNLj0YGKc"
    "2B1RKg+eXL39+fw4CW2zjJrwlYaJMURku5r2vgylIZM1eFmSsFM+0J+jhnyTookG0fas9X"
    "p4amIMcEBt5GKxn3+n70DSgCXe1TX0LaCcj37VkfHQzW8cXNkhrrWpulUHnq0/5o5Mi2Er"
    "vS6Y+zOhnrbGUpEhMbpL+DGfePH2IDMy7RndGitRPRQ1WiXc29c+/BCXxvyr1S191ci16d"
    "Ui2Ye32ea9xAuWbzB2fEE5O8fxcuUPPjo16qx6IMqJSbFVVJluumSl4JqccKLA+TrT4dAN"
    "BwsD+2/Smw49h1PA6PPvipTLW2v4FXa6O6o386yLSqd7BGS3InVtcEjAk2qgl4QB/9nZRi"
    "NBbrzp6/CieGx/nCnX+f8cCp+rql7tZ+2Xi23cqP2k1g3d05IzRMWKp+YVKZ0UHTis2sqe"
    "+N0YZBBeLkBwbtJy4/pRRRKVqqhoj5o4AvxQ/ZLgejBFMCRHwuBmSOseLk5dT6iWCDUI4/"
    "OGUDTGaOXz5KRKVMNCKuS4kXKJBGUFcjfzqDf6Vlqqc+w+iyd+uN58D4ALO1BzycB/it9Y"
    "/ZQJaIlBNR5SoFS9qisYqaYCb3O8at0SSaQC+ucEl1IJmspAvPptrL3KIDGGMYIB09ALW3"
    "UgMIaxGn4ZL94CMli6Ox5SldLqgsr1amxGDcGLupqSmYzKPvOg+050Ub4lGvWFSQHiBT29"
    "GcQR71DEL/FnCusReo9p3QXeez7zRLv1OXf6fohEjbmM4hL6Ewp7wNTnnRV0FnE0nTGD+m"
    "Qiqp7zInVD8oTdv1i+tblfmk8qQ5dO+Q9mAVMWXAfrj8+u7jOftydf7+4vpCre/4fEw38V"
    "KSfu7q/OxjCeKzv7zsCw7j2iWbyArIc7QG8waYy9Oezn6dUOx/v06dQIZzxw0dTxzjsI9x"
    "CNmNrJ4+KWuL63liY/Ftm8Ce+WKTEKTz6iUUG716h8NTow9rDSsO7vWKRG9dJqfpzAbacg"
    "734Y0UfkmC6Jok3BmqLjh07Dyp7uPV6j6gDXJ94z5hVSLt6Fr3P0X9HCaoK+376TW1UwN/"
    "wpoFH058/77InHeK8tLjNz7874q7cXWMcu4kZpBvSaeHtdFUMeqPte1FERS1ZqMUXk2sR/"
    "0U0xqlUphSlA13lUknbYyQBgjLS9kf3pI9IuAj7jxgCFDk2YAWnikXAh5ZhgFRsjIs/1ea"
    "QWHng8pYI5/SLABaSCdUXV1sRNXeTtlAFdSLjUl33BvBLGWatdig44Q4uB/Y4jgmUTYiJP"
    "L4gosQZ4PjXsjKt7B3pSOiZHiDwC4HylNn0NCWk7HUxEVye00NNWo99O35SnsNxbqwv7In"
    "M2ACwPCkxmCTGkHv21gg3K8Zp5Wfx16NzcYE6G43d21Qctio9n5WzTthANu367N2xY/Nin"
    "20De5dCyYHUIz3511Bu5tKvFqWgDSNsd1uoJFsRTHXdsoanVBUHUiZ60PZq0yN6x/jtTGG"
    "mh+CzfOZvSabs5SGza1j80b+6WWaluIKiRSwDXXkWWf0Q1SurFSTF9RLDXTlG7n/X87DkU"
    "+cKihxo1u9OtWtn2rUQF9rhWxEiWLvKPFsFCpG9SJkDtm38G84mU+HPUyQZLmc/h35AT9m"
    "N7Jos4g88smBHYl6KU1mmcZ2X8OWJrtNxlM8JZzzCW8zetLsMlihLVUs6GfftFrP9nT35N"
    "5+eWNc3NugLjUu7jtMH/FguXM9Z+CYYk1/1LYhvGOH1FZYVQ5HqNPQ+6soLU1Ys1TGmGKc"
    "CX8U4cXIqD8cmwvH7Ka7ZIHQbJT1Pm8JYCWHKV3Hty+Zzg4T3pVifWGJtSnHDbkeXodWcF"
    "SiBEhu9urUANK9T0TtGiS1QS+PJwKddgLMJ6OC60/ZgEY8xutiIKPVyblpWpagZr1OSqX0"
    "lNdJEk/e2Rw0h5kD2RzYKgE/gge0Lz13qZh/IF92tU5rP+zGhb0rBdC7A6eJCNj4TLQ6Iu"
    "Dxyp8fKqYtzaJISxm9VCtPmHSzwQkzjNqtzjA14QxLkYtU6qao/IaFbvbjMQ9kJkPBAn/B"
    "7jmfCfZ06owDigYRf5az+PPz1/1/K0mPuO0BKJNU6IQuZpLCTE2wfgWPKqdTecWnC1jtk5"
    "Cd/URBBBQvYI2hz3c/JRVARMinIpoI+vJP/ACzMfnz8QTjFoYcUzLeY46nJQUjwLDwYHPU"
    "vg6yg6YgxbxWC+7i2RqmP03FD8wsB/NVYVADtIXZIzUsvBBjFhwvmT01gemi1Q3LmuD8po"
    "4QM+gWgw0IS+z1Ds7rTYuUZMxm0WOsspgla6kfk/QSk9mvF58zVjO5E6XGIQQ0BpHta0eo"
    "FC3adPppgwl9yyJFmv85r/rr3/go9CsMb2m6Thjf6gSG69/O399cXtEBXvjzYMRzOz/0de"
    "ek+pb7lEguCAAyeaasIzhtebr4J1QG/U3Qj7cmHfBjIoO9LvZb8qqqEDI0HarWFjHa8CHY"
    "dsjxRifcMx7AcabseKvu1J5traTNqnNtNUpbTqFd6d5eeqwo8WxXLGntMtqOZ3v1yUIZ34"
    "vIVnvzpEg6sbPuoaQzvlQaCKvmHUR3JxlBYcSw9HBcl2IuJjFxZZpxZRsdDjb9mP3x/wGL"
    "vs06"
)
