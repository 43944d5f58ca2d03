from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "session" (
    "id" UUID NOT NULL PRIMARY KEY,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "user_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_session_user_id_23ddbc" ON "session" ("user_id");
CREATE INDEX IF NOT EXISTS "idx_session_expires_823c67" ON "session" ("expires_at");
COMMENT ON TABLE "session" IS 'One sign-in: a family of refresh tokens of which one is live; access tokens name it and end with it.';
        CREATE TABLE IF NOT EXISTS "refresh_token" (
    "hash" VARCHAR(64) NOT NULL PRIMARY KEY,
    "generation" INT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "session_id" UUID NOT NULL REFERENCES "session" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_refresh_tok_session_c2e470" UNIQUE ("session_id", "generation")
);
CREATE INDEX IF NOT EXISTS "idx_refresh_tok_expires_3e54da" ON "refresh_token" ("expires_at");
COMMENT ON TABLE "refresh_token" IS 'One refresh token, by the SHA-256 of it; `used_at` is when it was exchanged for the next `generation`.';
        CREATE TABLE IF NOT EXISTS "api_key" (
    "id" UUID NOT NULL PRIMARY KEY,
    "name" VARCHAR(80) NOT NULL,
    "prefix" VARCHAR(20) NOT NULL,
    "hash" VARCHAR(64) NOT NULL UNIQUE,
    "scopes" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ,
    "last_used_at" TIMESTAMPTZ,
    "revoked_at" TIMESTAMPTZ,
    "user_id" UUID NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_api_key_user_id_c4c97f" ON "api_key" ("user_id", "created_at");
COMMENT ON TABLE "api_key" IS 'A key of a user''s, by its SHA-256; `prefix` is what of it may be shown. `last_used_at` is true to a minute.';"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE IF EXISTS "api_key";
        DROP TABLE IF EXISTS "refresh_token";
        DROP TABLE IF EXISTS "session";"""


MODELS_STATE = (
    "eJztXVtz2zYW/isYvSSdUT2xYjveeHdnZEdptXXsjC23nSYdCSIhCWuKUAnSiprNf98D8H"
    "6TSN1MMXhIbIM4IPidQ/Bcga+NKdOJwY8eOLEab9HXhomnBH6JtTdRA89mYatosPHQkB0d"
    "v8eQ2xbWbGgbYYMTaNIJ1yw6sykzRc97NiVDpi/QfMKQhk3E5iZyR0TY1NHMIjrVRG9+ge"
    "bUnjDHRhjNMOdzZulogvkEmUwOIcgNNkbURJgjah+JKehMgzlQc7yXuzkm/cshfZuNiT2R"
    "6H36E5qpqZMvhPt/zh77I0oMPQYu1cUAsr1vL2ay7eGh++697CmeZNjXmOFMzbD3bAFTNI"
    "PujkP1I0Ejro2JSSxsEz0CvukYhscjv8mdMTTYlkOCqephg05G2DEECxv/HDmmRAeJO50d"
    "if/f/NubW6Rfv39z2+vfd3r9fiPFcjGHBF+8Jg1gB3Ghpi2Q+vrNHTdERLY2xA2ufm7fvX"
    "x99oPEgHF7bMmLEq/GN0mIbeySStRDmCfAZwAgBfXVBFvZUIcUCbhhsrsB2odoB6A2pvhL"
    "3yDm2J7AnyevloD8a/tO4nzySuLM4EV23+4b70pLXhJwh/CSKaZGGXQDgtqB2zo9KYAu9M"
    "qFV16L4+svRX2xFKVx7pEvdjbOKcK18PbQDOD2u4R4h+v8HgBfgm+v83tPjDzl/C8jCuvL"
    "D+3fJeLThXfl+vbmJ797hA1X17eXCfQp72N9Ss008JeMGQSbOYt1hCwB+xDo1pHzIsAHLf"
    "tF/vL29jqG/GU3Ce3Dh8vO3ctjyQboRG3Z3L3pJfDWLCIw6WM7jfg7uGLTKcmGPE6ZAF33"
    "SI/8X3bFgV2uNfCA+q1pLLy3ctmr0P3Que+1P3yMceVdu9cRV1qxd8FvfXmWWJWCQdBv3d"
    "7PSPyJ/ri96SQ/wUG/3h8NMSfs2Kxvsjm8AZHl2G/1Ufsm1KLRY+SLLRqGWHucY1izYldC"
    "8eCEc6GrZbyOHuX7X+6IgSW2aTHw1Nl7d5QDlIFvvtT7raEshCDhGe0/ksWGILVn9BeyqC"
    "tGoQmzPkIfxI+6AhQxjDZD6WMw0MFqG2mkxFrFWixv9UpfmramyRZs4rF8JHFvcScPsDsy"
    "gpV10mOPxGxkGOOx681lRrnl9gTj1O+60jq/NQnyyJAka6LhAoFli+5/bv/YOj1DbASm7w"
    "UagMUvPrYDRDkY18SEVjQHu5h80cB+gidDI2ZJShNUVDTwOA/3GaTN9P3dNsNe/+R/Vvqu"
    "jR2SNP5M2PKfGuTLjMI0hZrxZ65ln62qLzM4N9DQq2wRnRUxiM7y7aEzzxzKt+4jzEoB3j"
    "VzTKM4UQJ18Zof3qIO84UfP7aOT96cnL8+OzmHLnKiQcubJaxQivj3q4jHnDnh6laS63HK"
    "GnL9QLjsY7KUzd5HtCyPI2RbYHA1db1a8DeuzxSNMMSpthlpqC5rV8QVUk6KFMZpgN8zi9"
    "CxCcazhLkLU8GmlhVOqK07ApotPA8U44RkwS/w3MR1AV6176/a7zqNb/nun10aWz72GXZW"
    "hC35JlZECooZVxxE40dqvkUYek2psRCWTcz04aJlPqHaBDEgADvHoE/kAmFNg5v5fcRkhe"
    "0jgpgE/onYZWYEdF83XR0I/SSjxEII4EJBS+rgYqQyRHpyYCFSpewrZV8p+zVVBmGhXuvV"
    "jtIpdb/KHPY/qyW+lBESpegvV/T91LYNtXw/h+4wIV2p4kcEqqx+H0IdC1hsGHdKhklqgv"
    "tOQ09ezDfDGAqjwfm2kBd3LmYLtRF0FUYHRkJ0XnAZ8aE29yM+F2gwA3mgX7xQD7bdGBCa"
    "4gUagk0zYXPzCA0MzO1+NCokUAKDBQaeUtOxSdok2vO9y1hGzZhKXSO76DBzR+XPFND5gT"
    "y//3YCec9t+sRCeedFMkfP8zNHz1OZo+4rVgbekKKGALeKANzKB7iVAliFobccho54fzUm"
    "xkiB+5/725sc73pAkTSmqGaj/yGD8kOMOy8BVmARM6FSCbnJ3NvEAi0GSCbkKldVvswrV9"
    "UeXFXKj7EzP0ZUnS7L5ySt4nSVOW2RJ7DL1+FznFJxucpcVn5J5Zc8YL/kLj1tbu1AhqMt"
    "KCrI97NNgy4FvGxieN2teBY+LBHcZ3Pg9AWSWADEwm/F2chuwv/IFr4u4QnjhjNGIDsLjm"
    "z8SMwsL9pWx85MzJbDeeyTQCUTsr82QsATGr6bZyAUQMuvGvK4EoO87xte/nvRkEQArPgD"
    "/fZz567jPo8cGXXv0c3D9bUrOMo3p3xzFXAdbd+/8QjPVQZcv38Nwd2+Xy46rRTG+QXdCb"
    "L9Qd14hoVhJ9XcT5TTITWovSgj23GqGkr4cREJP86X8OOUhCsvXT709fXSOTN9Ta7HKRXX"
    "q8L1DDM/VSkc6sZluR6nVL6c6jA5/W5HLbGipk2URnlzlntzJFbKnbPKnRMVqZg/5w4k/K"
    "571SuWaPZErC3sI/KrO0qN4K7AFhAHA9Uu3YO+ZGU4CCNCl+8ifIp0KlSWRKdTR1Ijj9RN"
    "j5NDN2W9j9hS4b9s6HrxQDRmGNa23IqjDcb7bH42B5w5lkb6FhkNmmhgEWGDgWBh/kh00Q"
    "LrQJ9rEzLFAznagMnH4QP0csLmIlVPlDAxrBO9ibijTdwtGzn6y8GmTf+WEvsDgnu66X0w"
    "m8+m8BWjMRZ1T2J2c2Y9Eis1QTS3qA2/iS7Qklv99MnzL3reS2c6hPai/ssVnksP1L47LY"
    "F7c7kDEz4bNkH/Qi8+3nU+tu+6Nz+9UB7MZ/dgujKRgjp334qQQO1ZkbFnhRTyMp6dgEA5"
    "dQo4dWB14uU8liGF2nuyvLfS+wZKzMoIdZyshqK9fY98qG6UEe84VS2A3reMxzW7MmKepq"
    "zDGpNYw1vnRRbx1nn+Ki6updLuhTXGMhSPpZn3IVEtJH3XEdTQQknjnJ8lHqfaKFO8YpK9"
    "70RxzyAsBX5Isv8c/YhFM3SoYVOTH4nbPodNsxOGUHPm2Gu8Ekk6VT6xyVvh2OtxIUWo2L"
    "DRuzBi5d4Bt78CfQPQfY1xHS2znvrl9rUenY4JzwgE5yMcUtQP3+3XzHL6N+kPF3ZW7eEl"
    "Hed6DuN0a3kPq4a06zz8R6v1+vWb1qvXZ+enJ2/enJ6/CryI6UvL3ImX3Z+ERzHGibSLcW"
    "YxscSUUiujNEqjX3/9xrZNprOMxSVX6iMU+3OYv9qtwG/NW+6Gt0qmdMSINgj5HI4or4zv"
    "ROoXCeak75h21oFYK8oX46QqF6rKuVAquzV/kTrMPMci2a3RaH7R5TJKozLglmfABWVtG2"
    "bA1e1YnmYiBS4qUxukwKnsrmWg7zS7K4JYRoJXHM/8HK9ZvF+xo30cLxHLSyDKOYkn2Uum"
    "ZHnKtLvP2YSgETE1UeIpN+t7ixgs+rJ9wgydWGIA9xSeOZj3sjZUbJ42oiYVe06L3Ck2F1"
    "uoMc4JHyCNgfLDI3lX/LMpM690SnTkmGJIagOBhc1HOQfMNWLqMIO3iE+xYUAHmDiHW1hc"
    "dJSpogPk7ruDqA6TZzbMeSF2f+PQARswqwGM88jloUH4syme3D8F2IRlZzJkjgW3GtkwOh"
    "bjw5jRKXECGGFjRQWruBqZgNwlL320UPYecE2/kjWWKgY3cuQaKOCQPx2zQN5YKDN9zcB0"
    "KgVqRdqYw0XeGPxmiYreF41vian4uWjuzNeeD7xWW5lOVJMufndJVfz2YNKLfdEzJxCszy"
    "XuTp9IP/j+FZhC9wa9DDFoxib0Q2pGOuhkBjVJOYb4VKumFBldFkff9mSBNGrfvCs43frk"
    "IR7k7u85pQf5LtuAoIaJANt32QZLdVF4A4Iawrv91C3/g1PQJeh3V/7ArOxZJ8MWWJ4+62"
    "S5tesgqdvPn5WJDGUCBwGBCvtunPJQBveQQoVr1sd9RI1yO6QGBAr19VEnlsUsAFUvpXLE"
    "qeoXiG8VSXRo5Sc6tFKJDi5iUzBi8DgD6vyk8RRhHdDed9q4wcYZS0s+6H5/tWdOaainBO"
    "ajlVrIIyRqKVf5DhWxb1xPcwk0QwIFZhJM6TvPiBsxZhBs5kinT5OAcwhEu8IzaNnvenB5"
    "e3sdWw8uu8ml9uHDZQcMSLk4QCfqxvBUmo5K06kowlXK1yiUpuOFoEqyOKSqYXpOzdg7Xo"
    "+/Y7Xj2AHwNxq1LMnjBKnic5X5rIl0LqNvEUCWr5lWmT2E4nv1+b4BvxWfD4LP3GazPifw"
    "hHqG9f3eYDivZilBmGDzSFDWirXvbh8urzvo413nqnvf9TxKAS/lxbi1eNdpXyeDjIk0sx"
    "Tg+UGADNI6+KaTCQjFMhCWpSBk7IwkPzz9sgcuJulqGEbffompqr74Lj4bajPx74LNMit0"
    "LTbHKZUOWGUua2w6W3eX+CSt4nSVOa2q5LYcrXi2QxQP5yUpgWa8WKUooHEqJaJVOpiymm"
    "K69rmUYRFnalXdAqaqNjZrNdgCsPU7CiIJbXwN3KDw2JmJffnFWd0bFh4/yIEe+AGbcPut"
    "O36QKacZJccPfi5qfrWxE3RZWWjcmxBkEH3sFgHPveMT/GJzJA5pf4ugccq8wmARqkMEa5"
    "OmPFvBJiaipiwFlhu0T4lpu6cwuNXDOcdO7O+2GYW+iWLe3IrGSH1lORUkRajqHFWdY6Xq"
    "HD0JXSvUk0G7ZrSnaqjvOtwjN8eVWzCUSW1NkqkE12TapbffbWlkU3QK2iS0KoCzzmpxEJ"
    "7AlFcg3yDYqaIrLYNMTde9slzVDfsUOztNLKZIVC8KxVNollJxuBBnhWnYREMilU+4ohE0"
    "iLqz5T42nNjuiWgyrRgNyJcZBTaIyzlnq+32fqu120+NkEZsKBLZ5SZ6hJna1kOpu/VVd0"
    "sm12ySUFNtaHeSUQN3BHvcdoEqAXOSroZ4HxfC+3gJ3sdpvJ9xX/HKof0sG4vzCW6dnpUR"
    "9ZCifll6KmtMGR0q0URxegmnIyZIST7HKdULXTk2l/AixLIOVDxxz/HEALBcT4uH5ipni4"
    "gGF3O4tCNBPTc6J+7LEQZLXQ7VRPMJ48T1j3AbL7jn6LDjEUE0wRwR4Jae9rLs6iZFXCse"
    "IO7+sZ8ScT/lU3len0o1w7fVWHs2zXMM5L4ErDEiBemKvLzAr71pZl4w0GHCujo5LypWsV"
    "Snq/b9VftdJ55GFt+Jf0Nwa3mcQhLg1HKYDfLzRI8+Bmdd55/O4B6EvfJwBq9boZQpDT46"
    "Bhs75C0SGzG6qoQ80cAdv4lw7HwE0EZMBl9UoiNqX8gr7Y9d9IQNKmwXuD4GDnAbrnLknt"
    "vKs7Om9nbnDRKn5M/U25XvHfP7b8cBvFq7OTjXWL6S8wiPWSq04fWvoa99+9uVq1Owy6k7"
    "6hTs+rJh74cFVw3wXceoDcxFTiXJ0EtX7HMXJVQe0kP2kO5SU/5N6oNZarJ3ZamOPA/7FM"
    "qzcvsj7+wgmcIkFMwJwZY9JDijJKAQlTzczKtu4QOELSI1Wqpz/wwz/6IoDxC0OnmiGnkB"
    "6jGZMmvRRAO37kjGwQdu6QHQidPODOESJBY80WDo6KD2ep0+m2Ev91w0w7hAA5uBJu6PI6"
    "Y6GFmEBA3e1IL7s7kJRNTsjww6ntgDeTVa9EBdPX5T5Vs5F/fhXJywch9Dv38NP4Wt09Mi"
    "ivfpab7mLa4lChSyxDg3s2WWKcYHndKytQxudwEqpbgFFDWU1u1nq1RoV5SqQX/oqpvSz7"
    "8zJrtLX7+sAzNBVoOTS/aQNhzRn9NYL8tjTRCu9dWvWLLX8+SxhvZKOQbE6RT+6+IfsUTL"
    "MSBBWJuyxT3jH7XyyzEgSanegXV54Ptrynj2ozT7d+pH3BdDhxo2NfmRuN9zeDB24uoPfF"
    "QlLPAYTW3Wo60Z4UI/tLPFPBfSGI2CtJeVMPU8rvQ2sag2aWS40r0rzWWudBz2WeVKzwd3"
    "yw7i/Pe6oGPN+5ZVNy9jKy90vj84d3eyfKMxQlJDP9tOvMLipSqBsNe9hujupK7Uq8cto4"
    "lFSFR2RUmV61k/Zt/+D9OEAAk="
)
