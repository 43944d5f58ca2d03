from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "mail" (
    "id" UUID NOT NULL PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "recipient" VARCHAR(254) NOT NULL,
    "subject_id" UUID,
    "tries" INT NOT NULL,
    "attempt" INT NOT NULL,
    "lease_until" TIMESTAMPTZ,
    "next_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    CONSTRAINT "mail_kind" CHECK ((kind = 'invitation') = (subject_id IS NOT NULL)),
    CONSTRAINT "mail_counts" CHECK (tries >= 0 AND attempt >= 0)
);
CREATE INDEX IF NOT EXISTS "idx_mail_next_at_f23f6b" ON "mail" ("next_at");
COMMENT ON TABLE "mail" IS 'A mail that is to be sent, deleted once it was sent or given up.';
        CREATE TABLE IF NOT EXISTS "invitation" (
    "id" UUID NOT NULL PRIMARY KEY,
    "email" VARCHAR(254),
    "is_admin" BOOL NOT NULL,
    "hash" VARCHAR(64) NOT NULL UNIQUE,
    "mail_state" VARCHAR(10),
    "mail_error" TEXT,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "accepted_at" TIMESTAMPTZ,
    "revoked_at" TIMESTAMPTZ,
    "inviter_id" UUID REFERENCES "user" ("id") ON DELETE SET NULL,
    "user_id" UUID REFERENCES "user" ("id") ON DELETE CASCADE,
    CONSTRAINT "invitation_end" CHECK ((accepted_at IS NULL) = (email IS NOT NULL) AND (accepted_at IS NULL OR revoked_at IS NULL)),
    CONSTRAINT "invitation_mail" CHECK (mail_state IN ('pending', 'sent', 'failed'))
);
CREATE INDEX IF NOT EXISTS "idx_invitation_created_6ca75a" ON "invitation" ("created_at", "id");
CREATE INDEX IF NOT EXISTS "idx_invitation_email_546c10" ON "invitation" ("email");
CREATE INDEX IF NOT EXISTS "idx_invitation_expires_07d530" ON "invitation" ("expires_at");
COMMENT ON TABLE "invitation" IS 'A link that makes one account, by the SHA-256 of its token; `email` goes when it is accepted.';
        CREATE TABLE IF NOT EXISTS "password_reset" (
    "hash" VARCHAR(64) NOT NULL PRIMARY KEY,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "user_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_password_re_user_id_389026" ON "password_reset" ("user_id");
CREATE INDEX IF NOT EXISTS "idx_password_re_expires_6edb74" ON "password_reset" ("expires_at");
COMMENT ON TABLE "password_reset" IS 'A link that sets another password, by the SHA-256 of its token.';"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE IF EXISTS "mail";
        DROP TABLE IF EXISTS "password_reset";
        DROP TABLE IF EXISTS "invitation";"""


MODELS_STATE = (
    "eJztXetz27i1/1cw/pLsjOomTuKkcdsZO3F3fZvEGdtpOl13JEqEJV5ThEqQVtS9+7/fcw"
    "A+wKcIvUzR+LAbmcQBwN8BwYPz/O1gymzq8sNvnPoH78lvB541pfAjc71HDqzZLL2KFwJr"
    "6IqGYdxiyAPfGgVw7c5yOYVLNuUj35kFDvOw5TWb0iGzF2Q+YWRkeYTNPSJ7JJZnk5lPbW"
    "eErfkJmTvBhIUBscjM4nzOfJtMLD4hHhNdILnLxsTxiMWJExziFGw2gjk43ngno4We85+Q"
    "9gM2psFEoPfrv+Gy49n0B+Xxn7P7/p1DXTsDrmNjB+J6P1jMxLVv3y4+/k20xCcZ9kfMDa"
    "de2nq2gCl6SfMwdOxDpMF7Y+pR3wqorYDvha4b8Si+JGcMFwI/pMlU7fSCTe+s0EUWHvz5"
    "LvQEOgRHOj7E/7/9azQ3pV2//+Xypn99ftPvHxRYjnPI8SW6NALYYbk4XoBI/fa77DdFRF"
    "w9wAE+/HJ69fzV8U8CA8aDsS9uCrwOfheEVmBJUoF6CvME+AwAFKD+MLH8cqhTihzcMNnt"
    "AB1DtAVQD6bWj75LvXEwgT9fv6gB+R+nVwLn1y8EzgxeZPl2f4nuHIlbCHcKL51ajquDbk"
    "LQOXCP3rxugC60qoRX3MviG29FfdyKijjf0B9BOc4FwpXwjtBM4I6bpHin+/wOAK/B9+b8"
    "nzfY85Tz/7gqrM8/n/5TID5dRHc+XX75OW6usOHDp8uzHPoO71v21PGKwJ8x5lLLq9isFb"
    "Ic7EOgW2WdNwE+ubJb5M8uLz9lkD+7yEP77fPZ+dXzl4IN0MgJxOWLLzc5vEc+RUz6VlBE"
    "/CPcCZwpLYc8S5kD3Y5ID+Mf2+LANvcaeED70nMX0VtZ9ypcfD6/vjn9/DXDlY+nN+d45y"
    "jzLsRXnx/ndqWkE/L94uYXgn+Sf11+Oc9/gpN2N/86wDlZYcD6HpvDG6Bsx/HVGLXfUSy6"
    "u1e+2HhhaI3u5xbsWZk76fLglHOU1Upex4jyb3+/oq4lsC0ug0icvZa97OEa+D1e9fHVdC"
    "2kIFkzp39PF2uCdDpz/k4XXcUoPcKsjtBn/KerAA2tYDShayJ0hp10FSHl6LgeSl+TjvZW"
    "HqtHak6HE8bu+5zCRzpYE63vsrNr0VdX15Z41r7lOhZf9x0Uu9Qp9tRVsBzvwQmsDbyIF0"
    "lHHX0RrdGIzlBINpA13uXjUzRIu2vvXV+jzq6wry69jii7syNWJc0Xb02PpvkrlmeNxSPh"
    "2DhSBNoVvQPsJzfsnuJkC8rpzP1enZLaly37QdJ0qbb60qMkIiOCrEeGCxJMKLn+5fQPR2"
    "+OCbsrVTw3Jbz1br1ByMXBdUAcTuYT6sENMrc4oT9GE8sDVMgd8wWxR38EZBAtG5jjoEcG"
    "Pp3FR9+BJA8mVkAsj8+pL/oZOw9wlXkjSqbMp1WK61/j81VfKpvTYQ7+nVNq/3pAf8wceD"
    "o8b/+7UsVdrrOq07yuoapqs2rwuIlm8LhaMXgc6QWr1dwKswqAX3gVOsIsUQ51fL/3b4+C"
    "+cI/fzh6+frt63evjl+/gyZiosmVtzWsMBqpp6uRylg10t1Nk+tZyg5yfU+4HGNSy+bow6"
    "vLY4VsAwxup1jcCf4qopEuj3Okhs9t5nNWbm3qUpGl2qRrRXtZu8SRomCVKWBcBPhvcKRw"
    "xt7f6ULAfAFTseCo8ZTsL3DZt+bJASi3suAHPDeVNs8Pp9cfTj+eH/xebe/a5mk6xr7kIK"
    "2wpfoMrayCZqdnDkvjD473nljQauq4Czz4Zk7GHK/MJ85oAkdUimdgF86rJwS1VZzHbXCy"
    "eC5Gry0K/6GzVuXJexeDLvf8+lW4xeEigBsNT8x75xQmfMJe75lPmDnUVQJuDnXmUNdaLj"
    "cSBmGjXunVVumMuN9mDsefVY0vpUJiBP16QT/25V9Tyo+DBvYT0qUivrKgdOV7VT+hWKTW"
    "NC7m7WAdwX2rtsXIya3kMJS6v1WfhSJHu2ZnoVMCTfHQYRFcOs+4MAg6AY8NgidkMIP14P"
    "yIzIBWIE2EZGotyBDONBM29w7JwLV40FcthogSHFig46njhQEtHol2PLbOyaiXEak7dC7a"
    "z2AZ8W8B6GqDbdx+Mwbbxz76ZEy275qEyryrDpV5VwiVka+YDrwpRQcBPmoC8FE1wEcFgI"
    "27wYbdDRTt74jNylwR/+f68kuFdj2hyB+mnFFA/o+4Dt9H/4IaYBGLzBGqEIGUDzbKbdDY"
    "QT4Cyaiqqte8UVXtQFVl9Bhb02Oo4rQun/O0htNt5rRPH+BcvpofgkppuNxmLhu9pNFL7r"
    "FecpuaNhksWaJoS6Ioq/Vs06RJAy0bdm/LFC+ow0LjPpsDp0+IwAIgRr0VZ3dBD/4vXeVR"
    "E8bdcExg7Sw4Cax76pVp0TbWt/D659Z05lI+IJZPiWMLjwQlqDAlF2MIHRw6JhD6QP0FZq"
    "Q5IQM/9LhQxMFNAuAvyJxCb1PLBnAsOGMFgUuJC8v8BEZ8sHwHQe3LsAKgHLEQ1peghlmL"
    "yANO4mZcdhbFIFRHDYj5RWtOcDcfLfDbQbpKcscS6RyBUqsfx3ZHSykbCxefFuOX+UAQwW"
    "rAP8j3X86vziUTRM/k4pp8+fbp04HYnpXBY31V02HxL76BccOZvcJDS6qVxjeKVKNIbYme"
    "b/PKqHt4Lh1w4/YdBHfzSlR1WgWMq9MN5ch2B/XBI2wMW8k19OBwZ+jAJ3uhs7azVB1c4S"
    "+brPCX1Sv8ZWGFB9ZYS5Mdt9+9Hlv5FA5DxwUJkx/ieI/xMdyKdjuSgbXsCimJYcjGGYIH"
    "iiI3zpxxZQxpTLG76NEX29p3ZOjon46OXr16e/Ti1fG7N6/fvn3z7kUSQ1q8VRdMenbxM8"
    "aTZhhRDDDNH8qK6FdCX0baGTaYCF5jQVvDgpY9cWtFd2YoDdfbwvUSFXwhXUuqCtHlepbS"
    "2Fnaw+Tiu60qHJtqslQaY2mpt7QIrIypZZmpRV1SGVvLFazwq4sPN82cwBN1e4ncrZvo7R"
    "9RXx1CPSssU38DCWD/IXvpKkgmd2c7c3fuDVRbNwQn21SVQVjdx5YYhvsPatsGFuK4PWE+"
    "kSlJo4Rp0rL7LDa4YtY0LgyiI9fi/IQMuPNf2h8ugthoCyuCUxkpgVZTNyyNvdj6eKVGWY"
    "lNjVHWWAiNhbAlKn5jIdwr+wmnlktL4K02DqYUnQB415bB9DugoRzOEpncjiWaYaMjrIa6"
    "uzpCVTJqKuWoNEZ7VK89Stw119Qeda2+Ri+nPlLXVJtcdWPtSMnZTFGcVJ/KHpRGjVKEOd"
    "NpKKhJRCpD1UXXvShJl0XmzL+HUxIc3WdwFuIkBO766ONKLV5y7tpUx9JVl4X+iPZ9eicT"
    "bqPTDbDM4vfUxitwgOvz0YROrYHIFTZg4gHh2PYcXWudQCQYY5ZN7R7hIQ4rT3r/CS0vcP"
    "4rtAw/iTOeCL6HY9yth57cZGxhVjJM/R1NUxwdk7lionDfgW+8aAJXgkPyfeK4VKYQxyEC"
    "hhH8gAu1iTWG9QjzvbMcF3DqcwfewCTt+K0nOh/SsQWNxHPAV4AzD9OKLw6BzBH+yh7DAS"
    "V84lJ0OE1ghiPt84EfujRCQ3jRDn7qYZYBNqQD+ZBicv4CRmXs/oQMWTARHeFyxPmIPi2Z"
    "CR2GFMPaZEHhEQdDYI1MQJCOijU+4Xg8h11mEmB5T2LZ1iwAzCLzeMPDcjgdwvWmPsxLHH"
    "mjufUlx3Bt9uqdeWFXDCj5C3n29er86+nVxZefnxW8ifHp+8udiOOxIxiW+hFH3Qon4ssb"
    "40jcDjWBXI7N5f6UwMj8JTK/eL90VAMJQSeOrtvWDcgPho5uIKUwBUpXUA1IyURgprOos2"
    "QdXNqbd4xPhUAt1VeGqhNA73qNZ+VtnWVepOzCHpPbw4/eNdnEj95V7+J4r5CqCO2arETw"
    "qM1WlBJ1YqVv20yRnhuLOFd7wGep1nKCb9nK3rW3e3RM1wI/JWlH+AEO25nwA8ebhcEKr0"
    "SezqScWuetCIPVuFAgNGxY6124Y3rvgGxvQF8n/imSGFeRMrspX25e6rGdMeUlJtdqhFOK"
    "7uG7+Tyjde4CdZF8G/AYaBvSjxLRJ2wiOjt3QmBk+dV3bmFa0kE9ITCor4U63tZa7iqNwX"
    "517DNW3CID6j2YCsQm5K09PkvFkDcrCOh0ViI0VX7NFQoTE57/REtnCk0nsAzRGqbs/XlN"
    "ltqtlVy26C3TD73AKfH9WpLKNktqNqI2b0Qmm0L1JrWfPrNNsinEHkcau6VCYvbK7F5pPJ"
    "CNB3KrPZDTAPb8JrABVJtHX7fz5V8Kq7LzrZEWQPXa3EWo+56AbSLdTaT7fkS6y3VVEkWR"
    "LLjqGIph0mRpBMVnzPqt5g2PMpNH3t894WfvBHTKk5CHKEN4HEkujOfEIjPmC9cCEZsuhP"
    "GDHLpbHQwjLW4mNGrhcDIQv/igJ7z8UUmOnQzCGUZSwAYLN5gvYwlQm0VtIMWQhcBf9Nnd"
    "4JAMAhZYbpLlHId3HY/C3ESMgThxYtADjdKmi3bUPoGR8REGUcC9jNaH++qDDxcEhOUoTE"
    "KUDh6k8fnQ5VSSiTvYofdguY5oQ289MQvZYGR5GNzgh1hfcYRfThe7Et1aQwAJ/xITEyhE"
    "lCzKLi+m7WFGeAmyMkPoDqQmB39jpMStF4dUIMGPIGHAkI4dj78XN9D4I2NkEO0egWUZUQ"
    "incnHLkww6JN+dYAJzdN0+8+HgEExgjcDEAVg5SUDs1oPteXQPnBnSOxaNfuf4XDwwj9Bz"
    "eD9qNiBcJMmPYmAkWzCihUWPeA/95pafE5AJg/cR2QvIoi4B1p6cm1SBDTDaRoxMvREm6R"
    "flVrHmpRXGiockCAYbiiUrCl/6jE0JzJxMYfbRdDEOJZoorr1bLwm1gYaH5AvLzDC7/uFl"
    "GVFYLz9mVlRtWgzMRVALrJUZg80pCWzxWSj5cTmj3unFM05Ov17IMJdbz6ewtXJ1WeNYS7"
    "L0413HBlDgGbzRQpQvzUe6VBXn7MWJ67OhMK4FL2+TUBixp/XZTJanrQtEUeCpzKi/PPxF"
    "jidfqQaBN7JhP4I1HTyKhCGnXz7Ce4i5Z5fl+o/QazQ913mg/biySe30Gg0db43NBpfNl4"
    "2cdFqAowmf1Hk3m9U9nS0t9YDTECEzPp2yB/j6dihOSYQpvd6zMKWKlHHVLh0JQQcdhTfv"
    "0gEPGWoFeCQEHYR3C6EdgRWEJQek+qiwsMyC3QWANx8WFos2OhCrNN1z+zpugvFxNcbHBY"
    "zlaamI8BKvaeOGsaYbRip0acgZGSJjH8k74cojvA6gKo3BM4tn9oxeogdkDM7NXoUfSYE4"
    "B+8QqLf1yUuu7Bbbs8vLT5l94uwiH6f47fPZOXwEBfzQyJEq/qKnSarc0MQ9S7hDzOPzyd"
    "5Cjt9ZGHgU+j4qOYq4V/pMlVB2yA16Y95TNrVs1DitlGY/Q2p8fdrs6zOlgYUnfh2ZUqUx"
    "UuXqUqUwXWhsXUl7s2GVfITRnKMBZtLeeM7moRQGLQ0ok/YGykIqonA0olQPzgyNgbQQei"
    "XswBp4pgQGzELhtMgarQGnSmIAzQMa2fM18FQoDJyFr7r0qdD5rqcUBs48nLG3SImeoiZo"
    "WKXqDKY7DhjGA7HGKo6bdwbuzW2wJkpuk3CamK6noedRfLg02ZylNFxuM5cVb0ddNudIDZ"
    "/bzGf0Ty0yuDpDady+Cz4WdXzcRmpS6vtlOTKrwU4IDNr6aOc9lwu4VzsTlZB2gQN5x7hm"
    "nnF1rnElGb2FQ3R/YvGJDuJ5ug76yW0hNZrq01wAu9ZfIE9qvDQ0XAZKnP+1ReHyLoys1G"
    "ZZSYlg0OV3jtTwuc18NllLngSbTUHHJ8HmTEyZ7vucozX7dps5bTLlbNgVXAntbRyqwDeR"
    "9K6bcMYl9vQQzVIZUOuzOcXR0Vl0tdMOfYu62U9IlyYdUt7SBqmcTIasZqhqZshSSt+uCW"
    "zzvE37Cm12E1wjUVbk1NMXOTBKlGa6qaA+Re4VHcFdL8eRkiKXDieM3VcDeunRGwb/awjr"
    "97S/vZSny4HVzQclFldVTqh45S3JC9WPHYCWJ4c6FZlhZEofQfsszsCUSz50gjWVsW8Bss"
    "hAg3llZq41ouTOZ1N0Whk8OEzymosEOFEdZ07mPvPGxWxROx+9NPFN1LPYZpRRCnlvTAaR"
    "R80gorKmAHel/1aOypQ8LjFuxGl1tAymGaLumUrfvDxqYLuDVpXGO3EvdxpMNqgi0tURc1"
    "kqU71rjaA5datvul+rNOYoXn8UT9JSrnm66VrK1fzZRl1TmZPNh9PrD6cfz+sONlri+ioi"
    "aCyIV0mhiqC+TBBVzgjLZdHvE5DjAkYC6rpRkkxMj6mIhzIJpU9H1IHToUy3iFcww+iUcg"
    "4PJTM7onAInKK8KHNuZRRMTRonoQQokI6nWSeJcHY+UfJNOiX5JnEGUmINcHDm25iiMyIB"
    "idZKknPOKcdEkdHTlci0OcE1k28Pc3s2TrUX8a9vy1xh8Vt60Ctm3MOEV5T8hTybAZrwUM"
    "9qUu61aRteLjy3chOuk5SNDn+zJhG/RBNa7cEZNe+EO9uuHThFZnxNvFUaA/oKoIudW+fo"
    "lxB0Au5tpzYUEoKGxiJpb+LNKsL3tE7PKo05O69xdo4FxwL29f40CplxpWmzK42Jjd3oXm"
    "ViY5/Ga2M8h58Em43ncGfZXNBn6+hel+q+Yy+IbWu+26DH2rTeey1dtlKQrESTnS1XVq3H"
    "nmXbLVViA6fRYUGqkyMXpqISurQVKpHrVcTvCfPchbiOymVZcCmrExaFie4cz+GTqETQ/J"
    "AMXMY55UmhK7whi1XzWw/V2zAXD1XWwu3CdqiNxblcKlTRoqCTrFhluTACdAfX7sUMLT6S"
    "2t73hE8t14UZYd0mWcLpRNR6mlgPlLwgnAFiPjzjQBT2GBA+YrBTECXultzThVB54yhYk+"
    "leVEwChBAq1LizMIBHdcaTIQthttZdQPG2fBSs9SWfQz5B6CFATtC79YZAhz0l9bdQKT/g"
    "IZ/RUdAf+yycDd7jw+IjwYzdu0QZj48vKj6JqYcBhwn35TCChMejc8uxk8JUyUQYPCL6sA"
    "gUHCziFKvU6QP1UK2P65LHin/4IW/fesh/4HGPOLKElcWJAP/8P6HlYiWw0YSi+X3ABcv5"
    "BO0DuABgN4R3G0ZSAz4HuBC4nAYshkC62fQIPJH4F8t5RWvBZWMuDCTCCAKcEW4j4iNFBr"
    "j66QyGUqpQfX/1gYjrsLy8AEuHwXqRxd1E5StOIkkHIeQBgzeqj4XEeOrHY/kRUYSCWCPi"
    "mWV78nxwLX6cCbqf1AJtEnToKarOBqOceqLGnGLTEX2JCmaxm5HdU1yIZE2v2JEIUZhRf2"
    "LNcDkgg+L3bCTW+DPei/2RkAG7L6lV0qDOlpPuYX2Yf6Uhp1CaKakRg++7+Df0GpiOlOFE"
    "+pcmlqOQo+kIfvmBtB1VTiX0xnpz8BvU9moyBcnM5uNiybcNDZ11hV2ZG/BN3TAzVp2J2O"
    "JXmIqoKiaJ85NSD83NJyKomk9k5rMRdlqGSuIKrjE6FndLXO0bTOHiC3meotHLTOinwozU"
    "XOrNJxVTLZuS0nuh8NtK01W2wOyZSQvT0cTyxlKBXjf7aDB15sXSdPE3VuzKGnXq1OlgH8"
    "smkwxUP53VZrBaubzNjB160Ud5KQL56oXZ1ZTKDHEdQXFjW9O2POYtpixcuoryExCzUpdW"
    "GR8r/Y0bzy85atbNLR6mdk2pc0lLlq0xq37ai/7kjIf1o/qNmBqNpkbjruDdfI3GWBhtaL"
    "yKmxvLVaHsgCl2uV2PEKF7KeK7pA5jmfXAODBoODBIXZcO7imFqVS0Ou5Ct6gDe0JgUF8d"
    "dZFIFEC1tUSOLFX3wrqOmmRkPKrOyHhUyMgoEYviAopQL8n0qhJ2Ae1d+66isUIH9Lj97u"
    "SUg0c4A24F6imF+Yy0NnKFxGzlq2/lxjPvYKOeecIYroFmSmDALLhkx5acLJZLKkaz0gI1"
    "JgVxXQrijLuCjjq0QGjKnxcOhopbh+ZiLhKbVa2xqqX3jGa0YobIrGbjeP5UXFUz+m7pdK"
    "HJ4pTKeCK3nb3j1fg7NuFWe8Bf1TlHk8c5UsPnNvPZVA55ynxfg9+Gz3vBZx6wWZ9TeEK7"
    "RKf0N5dZFVqlPGGOzXdI2SnWfrz8dvbpnHy9Ov9wcX0R6UkTXoqb2dPi1fnpJ1PhTdOtxl"
    "R42yXem6/wlo0P0rG2FCmN0WV1o4tPA3/RZ3c6eimVxqil8mlwksgxnT0kR9a9HfvNmwY7"
    "yJs31Wlm3+R3kEzYQlOcM0TdQ9lU4uyKwUANBinB3RlXmnHzlCsZc9u2yqU5909HR69evT"
    "168er43ZvXb9++efcisesWb9UZeM8ufkbIM6ypShj+KPk7W4b/Zr6Nj5favmVwmsz2OxA4"
    "tpHZ3mRBWmWL2Dtll8mC9CTYLEK2V2JzltJortvMZVMl96lw2lTJ7UqV3P15SUyR3FZV5t"
    "ltkdx2LlNTI/dRUDU1cttfIzecucyy+2FpYIxOhdxvoqNvfI+PcMVCrmX22ajMU2ltBx3A"
    "ompaH2V3iy7BhgvvcQsLP/mawt9EcHFJ/ttvcdRxderbMGmyNOvtzYQSl9pjmZFWpPFME0"
    "NxzIhlvxfJSUW9X2qNJj0y950goHFyWVk/bEq9qPYv9UTttGLq3O0OtbyYWmWOKiUTlp4g"
    "WyA0matM5qpWZa6KVuhKbo4ltCt6OrYN9W27OmLSn77I+60TrJwnMyHLeaOgzOqjj2yBzk"
    "Cbh9aYAVfZLfZCn1zQLVUfK7Xkfl2BVpwvSyVaeadepE3bNKrkIDZTkRwfhU2UKoXgcIKJ"
    "7UeWR4ZUCJxwZ0TJQDWKiNz2nAYym7xMVD+gP2YOsAFvl9eE2OJ4oroEQiZaJpn2UeUl0t"
    "qjCCyJB7PQhxUDDeNyxI4oxABytEiTD4LxQpY74GxzKf1PBKffS5EcE/d7RJa48KkISxaF"
    "BDwW3MYphRvK678epChgMlslK7+y5/y7Uqw3qWeNAL/3ArymB9Q6vk/thnYr8TGi7IkXSK"
    "A0YM7TdRDvl43wflmD98si3tz5L13JAThDtzvpvXP+v8YH+/F5IP7V2Gzi9t1zaD1qFEJz"
    "VBNDc1QMoolkYB2EFZIOgrzxfO18Yh29OdYBOKXoHr6bD1AyuphK6PddF2O8OJ8ipxU9hi"
    "afs5TmhW4dmzWUqxmXPuOss6bXyUraZwSsUgEdoblMB42uVs300KeKf4PUjsqSsZZHZFeo"
    "l8W6tkJtzANrwdXCqAoxKl8pcMsuKp+3NUgT/WwEiKzy92vOHcIoZh9XMdtOr5Z27D3rBh"
    "Ek614D1gyRgXSJ03ti7lvX7T3paD9hXe75ri6rjB/xh9PrD6cfz7M+2unLvQFwv2Y66yjA"
    "he2wHOTHMarHbrIlQo3iQVst0igeu8vlme8TNhX15anrxlbuFJ2iaLKkPdq1oQl9oD6JfL"
    "I5mTDXlnZoYTvuEc6koDKPasUH0KDYGRkzkHkcjzDfRqv7IKqjkZS6v6PeCKZ16wknoMQB"
    "1QmIT0dAxA8J+qfCHxQnggZ5MrAdjkBJK/1wATIVn1N8OvL65YtDcilnIaY3cHgfdjdoF9"
    "UFgkexHoTJ/da7Y74oaT/448PLyqLzBemqkZG7nV/55RJWKz9IdeLUowUOtnTfXFeE8ksC"
    "sKqrP0XNO2FnrVN5bKP801CUBtDDW6UxoK8AevQ5KNHy1OUXU6hMajGN1GKmztbBRutsmU"
    "IkK20k+6CwzmRCTOVbXT7nSA2f28xnY1DuLJvXcu5vphaKg3Z3ohRqw8lxKyqhTah5klDz"
    "anWPGo2+VO0Th8Ivmup/YhUMhjOgIqZHmI/u/TJu12dzjDYQobtE5DIX4QBLdERr94l6pM"
    "tvN1+/3YggiE+XP1+TEZtSYo2Bh+Ka/CWDiB0fO31PBh6DZTkgIihBKolgs+PA+x4ZcBho"
    "IK7F6pxDMggwZ0BMcOsFwqzGHYzowJYxmCLewbV4QCx+T22cfqqQAnpLRmIQj85B1sen5F"
    "U6obxNDVoJDKRCKGuLS5UN2U1bWud+O0iX2oEH574oqAI9DGALwlwUyTKsSJiw6NuheO/j"
    "F15M5wcsGvyDfP/l/OpcRmiTv5BnM+rZwONnUv2sDK7kE9QeP6o+unwCf/6rOgNjiTSqs5"
    "YLGxqqM7kDFMCs9r5MCDqhycmHKTSKUqgJUih4t+IGogNvQmDgbQCv+OpqKGqS9l2K+tiY"
    "poaXbgXVQRzlG4HBEq8E5SmhKsFM2hs0q1WyWnWQVJq1KiC1Ddwa5LZSAikW8AvY12t7FD"
    "Kj6mmdqiejoYfjZR9LVukzOUdqNLdt5rPR3D4JNpvqDE+Cze101movg1f3HzZurl10c72m"
    "8FULDqqtH1GDXhPbB0/bNojk4bBi0PFTUkkbBCope3DFcql9krqCovrfZ6gUsok1txaClp"
    "Mh5Y6daP5F8ybJpXY7dKOon1JLgwn3eVwlu1wLRaSrffxSik4oLnft4WdE8ychs7Uodtuc"
    "s7d3ADMmys6UsGkppCvXsHlk2Ts6/TC/TO5Ob9bK3LNMs0ZFCUYg6LhsHNL3ZMTsSL71Q5"
    "BmZf89YkmnnTnz7zFyzPI8BlIcSL5OcCLunH69IA+W6+AWy6UPEJcpTfloQqcWL69RsLOR"
    "1yhZsNMcYu1y0ttO9qVqwfoeHlMH6rh9J4TqbacSkznv5UuhYynM0xlr4RrWwig9vj4XCo"
    "SGDWuwwXbGpRFj1VtNStHBzWbzuZSF5ZNTWqITbmAyjQnNeb11J7m1giA2qKUW8mCZmBzd"
    "qZWR52mbRhUOZHsy89mIci7c3FHAnFDLD4bUKinA1YhKVBuIqhMqzuqOzVHzjD/jm+hPj7"
    "Q2fXBG9BmIx3TK/EWPDGTdyKisgMizICoP3DkuZp2iPjzRYBjaIPZGjW69tNXUki1PyCBg"
    "IInH/YgCB3c+pckFP/a7j8Zncw+IHK9/5zrjSeS/r5YYc6Qcj6UP5lg4Ie4D/fgtH2R4CY"
    "ZkzrMYpJ4MPpg7wUSJEoDnWkQVFqYO5wAxtJvOgkVUawFu4XnW5icw2tDHrBP95BjE5dxG"
    "sLFwyuUJY8RC18Y6CRgIgTldqF0+8olITHEf9eEzNiVMlkcTl4FNtx4+xp2owgDTHy5k8T"
    "QaBGhHADZit+seQYxafxdqfVibWiJB3L6DAsF2skWXLeNKl89Z6TI2Dp9CEBLbsJb4mlB0"
    "cLVuPi00fE781QxOWUojwLZOgDWnlCfGZLn19XXVuDmy3W2bB9uSmnZQ5Ec5RRSxrit5ki"
    "M0FU+KLGlW8SQ9tekxIEtn8F8Vf+U8rseAHGFnMiXtGH9V16HHgDyleQdW5UGstdKxb6g0"
    "uzdtKOqLYei4gePxQxzvMTQYWzF4JJo6jRN4hqYz+9HGDuEoHwbly7wS0gyNgTQPqdAU6+"
    "waCUE7tgwctjNbRkGRrsOYUmLDpI0zSZghdBiTEBhmbIQZLbGHXoXeB8yVdVBiEU3u9eps"
    "on7o9UdJs0Z+g3HSMGFT42m1m/mEehljIJr+koxgsclvgPbBkiicjfa8YaPb9RQ+ONUC0w"
    "YtFo/r9ye/66+O3h4nn3T8o+5rfv359NOn+JNebWSL6tKvlvG2QGxUr61TvbZkQ7wWNZTP"
    "xGG+ZE9Ub9dui/lazM12RtE8Lp3B5rAAn6EPxywMeI9IVz74gWXCpF+IrCzDT8gI9hf0c4"
    "5IL74+HBOPBuhKIva6pL/yfXMH48pSIvA+idIdGP84xUyRAieO+SR9OmUP8JOzKey56AUx"
    "mlgeVulwgrTGiMeGzF6IQmgBk3ke192wxfx0VPwJQedctTfl0Fe9j6+iYDNF5VdSrbVkR/"
    "2M/5y6jlW6oSp3a/dTqea2kobNMuHKKGyxS8HGJQW9HhmIF/iPOJMB7jzK3+8jfeIASzI6"
    "o4lwdRtSMhYbmU8mjm2DKDlcwEY0r0iVu4NBS/PQKsFJAuR8AtruuIkdCz+xt3vmJ/a4AU"
    "GPve3lclY2S1pZl7WymBXUDcc6+Mbtu4jvcSN8j2vwPS7gazIgVaPvU8u+9NxFtHnt72Es"
    "mr0JuzZh1ybseplkazluqUxrSS1TjTQbt2iQ1gjbyrNvUoMBcwT3iMTBhjP2SMQyYGYhLq"
    "ov+GTsPFCsLl6WrGi9DvEcfxFERUA9rBz6I3ifdDe1bCq1rTLuQnacHt6J63j3UdRFpIAl"
    "KDBhMbtDgtEv1pCFKEPPLM7nzLehl1tv7jtBAJ1imYl5rESAPQzLEuAwShUHGBxFYqFGSF"
    "QFcjIuY9gsnOVn2DivUlKVoTuy9F6GXJiA7y0GfPt05MwczQIGGaIuwvymSbAAtKqJbCmG"
    "C4TD/6WjQFO8ylKtsXm0zOlsna3CpIjfaop4DTwfpWrnHiFqCnd214Zp8vs/IQa3KOugYb"
    "NJ72/YvK8uJxfegxNYEfgFZZJyt1enUnKy7RooloQqRuhlptY9+mCg9mUkXCqShBTXv5z+"
    "4ejNMfp3YL6KAL1zT8iAog5pQMYMyBRdClDTGSzfMq3TFkcT+VCwTV/4lQzw5hfsP07zAW"
    "3tqeM5iEkgS5dGCi0cFWfWWANUVrjz1wMxw+hnurl3SEu0nxZXGutZm2oxEoKVNBgtk6Z3"
    "oMBwYJ3jm1XE+IwxOK54FQtaIcshPQS6bn0Kzy4vP2W+gmcX+dTl3z6fnV89fymQh0ZOoH"
    "jxqHBPLD7RWc5x+875qW0+c0f6+dABOEvVvU1j87VFBWLU91mJ2bO6DkKWqgs418nOphRC"
    "a1ixD8cYo5R4cmyOjz4r8DlHapTIbeazTx/QZWEFNmcpDZfbzGWhutH2sstSGTNwzln1sd"
    "wWO4NmjdditPSK4G7LcbGdoC71W8y+ohnXRZgC+fLt06eDwqo1qO6nN+jXyGHxivLyApjZ"
    "Br3aYjxR076ftNVS6AMRBmoy4QkZd1arZq9X2a/Yn06pyubKc6MF21lhHaM1eBICqNEaPA"
    "k2w1a7UvQWN+fIfeGvCdVawlQTqvUkhfNT6jujSZlUHt2pFcettM0yMbwa0A2nlFo7m1TE"
    "vfbKuhtxvK6WbaOkCzonCYWkkyEuWyjegi+VBsJR8w6iu5WUBzBiUBqoVZ3IUSExpSD3KW"
    "nj7/8PAsuF4Q=="
)
