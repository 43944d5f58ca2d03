from tortoise import BaseDBAsyncClient

from migrations.rules import add_rules

# Constraints are validated while others use the tables, which one transaction around all would lock
RUN_IN_TRANSACTION = False

ENDED = "status NOT IN ('starting', 'processing')"
RULES = {
    "prediction": {
        "prediction_status": "status IN ('starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted')",
        "prediction_ended": "(status IN ('starting', 'processing')) = (completed_at IS NULL)",
        "prediction_lease": "(status = 'processing') = (lease_until IS NOT NULL)",
        "prediction_worker": "CASE status WHEN 'starting' THEN worker_id IS NULL WHEN 'processing' THEN"
        " worker_id IS NOT NULL AND attempt > 0 AND started_at IS NOT NULL ELSE true END",
        "prediction_canceled": "(status = 'canceled') = (canceled_at IS NOT NULL)",
        "prediction_error": "error_code IS NULL OR status IN ('failed', 'aborted')",
        "prediction_counts": "attempt >= 0 AND losses >= 0",
    },
    "version": {
        "version_state": "state IN ('PREPARING', 'READY', 'REFUSED')",
        "version_lease": "lease_until IS NULL OR (state = 'PREPARING' AND attempt > 0)",
        "version_counts": "attempt >= 0 AND number > 0",
    },
    "webhook": {
        "webhook_lease": "attempt >= 0 AND (lease_until IS NULL OR attempt > 0)",
    },
    "webhook_delivery": {
        "webhook_delivery_state": "state IN ('pending', 'delivered', 'failed', 'disabled', 'skipped')",
        "webhook_delivery_counts": "noted > 0 AND sent >= 0 AND tries >= 0 AND tries <= sent",
    },
}
# What can only be meant one way: a lease of what does not run, or is not prepared, holds nothing; a prediction that
# was canceled ended by that; one that was not has no time of it
REPAIRS = (
    f"UPDATE prediction SET lease_until = NULL WHERE {ENDED} AND lease_until IS NOT NULL",
    "UPDATE prediction SET lease_until = NULL, worker_id = NULL WHERE status = 'starting'"
    " AND (lease_until IS NOT NULL OR worker_id IS NOT NULL)",
    "UPDATE prediction SET canceled_at = completed_at WHERE status = 'canceled' AND canceled_at IS NULL"
    " AND completed_at IS NOT NULL",
    "UPDATE prediction SET canceled_at = NULL WHERE status <> 'canceled' AND canceled_at IS NOT NULL",
    "UPDATE version SET lease_until = NULL WHERE state <> 'PREPARING' AND lease_until IS NOT NULL",
)


async def upgrade(db: BaseDBAsyncClient) -> str:
    for repair in REPAIRS:
        await db.execute_script(repair)
    for table, rules in RULES.items():
        await add_rules(db, table, rules)
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return "\n".join(
        f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}";' for table, rules in RULES.items() for name in rules
    )


MODELS_STATE = (
    "eJztXVtz2ziy/isovSRTpXElSuzkJHu2ynY8Mz7j2ClfNlubTEkQCUs4pggNQVrRzua/Lx"
    "q8gTeJ0M0Ug4fENokGwK9BsG/o/qszYTZx+MEdJ17nHfqr4+IJEb9krndRB0+n6VW44OOh"
    "IxsGcYsh9z1s+eLaPXY4EZdswi2PTn3KXGh5wyZkyOw5mo0ZsrCL2MxFYY8IuzaaesSmFr"
    "Tm79GM+mMW+AijKeZ8xjwbjTEfI5fJLoDcYSNEXYQ5ov4BTMFmlpgDdUc7GS1w6Z8B6fts"
    "RPyxRO/LH+IydW3yjfD4z+lD/54Sx86AS23oQF7v+/OpvHZ3d/7hF9kSnmTYt5gTTNy09X"
    "QupugmzYOA2gdAA/dGxCUe9omtgO8GjhPxKL4Uzlhc8L2AJFO10ws2uceBAyzs/O0+cCU6"
    "CEY6OoD/3/w9mpvSrt+/vLrt35zd9vudAsthDjm+RJcsAbtYLtT1Aam/vof9pojIqx0Y4P"
    "S34+vnr45+khgw7o88eVPi1fkuCbGPQ1KJegrzWPBZAFCA+nSMvXKoU4oc3GKy2wE6hmgL"
    "oHYm+FvfIe7IH4s/X79YAPI/jq8lzq9fSJyZeJHDt/syutOTtwDuFF4ywdTRQTchaB24vc"
    "PXNdAVrSrhlfey+MZbUR+2oiLOt+SbX45zgXAlvCM0E7jjJine6T6/A8AX4Ht79s9b6HnC"
    "+Z+OCuvzj8f/lIhP5tGdi6vLX+PmChtOL65OcuhT3sf2hLpF4E8Ycwh2KzZrhSwH+1DQrb"
    "LO6wCfXNkt8idXVxcZ5E/O89DefTw5u37+UrJBNKK+vHx+eZvD2/IIYNLHfhHxD+KOTyek"
    "HPIsZQ50OyI9iH/ZFge2udeIB7SvXGcevZWLXoXzj2c3t8cfP2W48uH49gzu9DLvQnz1+V"
    "FuV0o6QZ/Pb39D8Cf619XlWf4TnLS7/VcH5oQDn/VdNhNvgLIdx1dj1L6DWHT/oHyx4cIQ"
    "Ww8zLPaszJ10eXDCOchqJa9jRPnL79fEwRLb4jKIxNmbsJc9XAPf41UfX03XQgoSntL+A5"
    "mvCdLxlP5O5m3FKFVhVkfoI/xoK0CKYrQeSp+SjvZW2liM1IwMx4w99DkRnyB/TbQ+h53d"
    "yL7atLZgd2c9VrXfF29NepP8FezikXwkGBtGikC7JvfiWzS+ZQ/E7ZSYLzL3u4vMGF7YUq"
    "jzcdOl9owrl6CIDEmyLhrOkT8m6Oa34597h0eI3SPqv0eDgEvxZIAoR7MxccVVNMMckW+W"
    "0DjFk6F75klKVwj1aBCxXowzKBo2djdsiYXjS/wh7odWiZSk80fO+vGlQ75NqZgmCGZ/VN"
    "pCypWbRSr6GjpNk3XIozoq5FG1BnkUKZDV9hCFWQXAz90KZTJLlEMdXvP926rEfMWPn3sv"
    "X795/fbV0eu3oomcaHLlzQJWGNXlx1VdMuavdHfT5HqWsoVc3xMux5gsZHP0EdXlsUK2AQ"
    "Y3UzpuBX+z8kxdn0yWapO+meaydoknpmDWKWBcBPgX5hE6cn8ncwnzuZgKdq0yB0xrDTji"
    "sodniWCcW1niF/HcJDSanh7fnB5/OOt8rzaYbVPZirEv0bMUtlSrWMoqqKdccbE0fqbuO4"
    "RFqwl15qDZZFQfDldmY2qNERMEQs9x6CN5j7BlicHiNjBZ0H3A7UvEP/D2lvqMdzXoctfx"
    "F+lXh0UgbtTUpPbOqyydyq/3zKlshH0j7Bthv6XCoNioV3q1VToj7jeZw/FnVeNLqZAYQX"
    "+xoB8HA64p5cdRh/sJ6VIRX1lQuvJ9CnXGYbGm7ynvJmkJ7lt1PUVe8hJlKPWfV+tCkae+"
    "ni50jERTUDowgqXzjEuPD/V57PF5jwZTsR7ot8jVg/3QB4QmeI6GQqcZs5l7gAYO5n5f9Q"
    "oBSkJhER1PqBv4pKgS7XhsHc2omxGpW6QX7We0rfxZALrakRe334wj76lVn4wr722dWNu3"
    "1bG2bwuxtuErpgNvStFCgHt1AO5VA9wrAGzc0Bt2QyvWX4tBHwVw/+/m6rLCup5Q5JUpav"
    "noP8ihfB/9zguABSwyKlQhhDkfrZzboKGDfAizMVVVr3ljqtqBqcrYMbZmx1DFaV0+52kN"
    "p5vMaY88Cr18FT5nKQ2Xm8xlY5c0dsk9tktu09IWnrYoMbQlxzCq7WyTpEkNKxt0b4dnxM"
    "GGBc59NhOcfo8kFgJisFtxdu93xf/IB1sXWMK4E4yQWDtzjnz8QNwyK9rG+v7qfnUHHE+m"
    "DuEDhD2CqC0jEpRzGym5HEPa4CAwAZFH4s3hSPt7NPACl0tDnLiJBPhzNCOitwm2BThY6F"
    "i+7xDk4GrL3JeO7D5aMpI5+SDwvzopk3NaRRjbAEKnF5/tilZChs39WNmL38WOJBLMhD/Q"
    "59/Ors9CDGXP6PwGXd5dXHTk7qoMHpub6g4Lf/ENjBtM7RUeOqRaaXxjBzV20IaY6TZvS3"
    "oQz6UDbty+heBu3gaqTquAcXW6gRzZ7qDuPMHGsJVcA4+U0yEVX9y5ztrOUrVwhb+ss8Jf"
    "Vq/wl4UV7uORliE6br97M7TyKRwG1BECIj+A8Z7iY7gV43Qkwmq5BVISw5CNMwT0gSI3Tu"
    "io8mhgTLG7Q4EvtrXvhCcC/6fXe/XqTe/Fq6O3h6/fvDl8+yI5Gli8teiM4Mn5r3BMMMMI"
    "c27Q+Gegi6xCqHWmLENpuN4UrpcYeAu5IlJNXZfrWUpjxW8Ok4vvtmoPq2toUWmMHX+xHV"
    "9iZQz5ywz56pLKWPKvxQq/Pj+9rRdi/Ei8DeTc+kfYS4vgzkfmPUG6pL2BapuOoXhllbiG"
    "lEVX7Rx6VBrVOpBKJ5NAUqOINAyMll135UlPSKbz/2wYOmDE0phisbdVnjVdo7/QDcQCzy"
    "J9j9wPumjgEbAIiYWF+QOx4YrYB/rcGpMJHsjeBkw+Dh+g5+D0ob48vMqwTewu4oE1DtMb"
    "c/RngF2f/luu2J+kk0kGdovZfHXBS4hGGE68wuxmzHsgXmGCaOZRn3DZRFypPPf6JXJ4RD"
    "6kYDIU1+t6kZa4UiJQ++G0APfuYneK+Gz4BP0vevbp+uzT8fX55a/PjD/lyf0p4ZooQF1p"
    "lkgJTLaiEquDXOQ6duaEwJiYa5iYxe7E9fwnKYXJ06zvO4m+gRIznUWdJWvh0t68fzAVN3"
    "SWd5aqFUDveo1nJTudZV6kbMMek9vDe2/rbOK9t9W7ONwrHLgCbYyVCB4Lz1ylRK1Y6duO"
    "50g1FB1HYJZqLV9gw1b2rp1+kUKoBX5K0gwvLAzbGi8sdaeBv8IrkaczB+fWeSsCfzUuFA"
    "gNG9Z6F+6Z3jsQtjegrxMGEkmMq0iZ7ZQvNy/12HREeIkjuBrhlKJ9+G4+WwKn/yb94dwv"
    "Cy9bFNCUpVvJetg0pJ8ksGnqMdhitMRKlcZI9Kvv39j3yWRasrlUrnqFojWRfBuzlofuLc"
    "2QjgzRGi6f/VnKS/07ysl1gjnpB65fVjxyycH1LKmJhWpyLJSJbq3epPYzzrFOdKvqza+7"
    "Xao0JgJucQRccqB5zQi4tpWw6+ZC4NQ1tUYInInuWgT6VqO7FMRKAryyeFbHeE2z7eoVdQ"
    "uiQKwogKiiBlu+lQzJioTpMMPlmKB74lpwuF+maX2HmNj05fUxc2ziQQdh/bWZUO9lVgBI"
    "m3lPXQrVBiB2is0geSbjHI77W0wIP1yJu+JfXRl5ZVNio8CFLqkvCDzsPsg5YG4R1xYzeI"
    "f4BDuOaADHdsQQHoeGMlR0gMKMa4jaYvLMF3OeQ95PLhpgR8xqIPp54LJcHP7qwpNDOQMW"
    "+GLmdDQessATQ937oncM/UPSAWVKHPIOYEf0FpdMFBfEgwxkWoQoayjEnUW3JXgCoC6ikE"
    "r0qzvGHMA5QGd/BthBAwtbYwIJVAdcAsbHEKPGZGU8Lpa+GEnGE3lkwh6JPQAYORrjR4IE"
    "lGIssJZ3UWiu7QowHDELiJBz2AiGBlShL4GE9DVIgQMNYO3ICDc3ZfDnV6dIXhfMcX2oo0"
    "fdqDpEVG4vEmeWZFGAuwr8MjtssaReee7TbpxYYK10C+mr0hcLRb5FZbFyhQwH4oEC+aWB"
    "RSd/Bm6N6DxlOMvBdFI5oBKcF3CIzhO/eZAx49mCqQTuSG8OdeMDl00hDjoMmbQyJGL/3A"
    "giqspUf3RJVX/4qceg9EnpBJIPscbo9JH0E0GnxhTOL9HzFINuZkI/FWZkC+HboS7RY0hM"
    "tWxKSu8yJ8fVrczLgY4vP6w2XeWV180lor5isuLn0oQi0WDqzAsTSjZfuQsxOJNbLx5XnQ"
    "70sWwyyUCLp7PaDB7IdGlaGRhT/Y60KRh4L4vvVJz/qfabJAQtjMbZvN8k+XzWhTchaCG8"
    "m4+fjIWBmnb5uLkxypeFsAclCvniGPagzLfUhpW6+SB2qR/peO8SAhN7sXbckQ7uKYXxma"
    "6Ou9T/dWBPCAzqq6NOPI95AlRbS+TIUrUvGqZXJ9qoVx1t1CtEG4WITYRKhEclUFef3CgQ"
    "tgHtXZ/dAIuiDuhxe5NGTxvqCRHzsbQ2coXEbOUm6Kgh+k3o7tFAMyUwYObBlA6sIpYnjD"
    "kEuxWrM6bJwTkURNvCM7my2/3g5OrqIrMfnJznt9q7jydnQoGUm4NoRENHuomVM7FyDUW4"
    "SUFTtWLlIvegJotTqhbGyLWMvaPV+Dsyaf/2gL+qR1mTxzlSw+cm89mCmEqn7xGBLF8xtr"
    "m8C8P35vN9DX4bPu8Fn7nPpn1OxBPaJdr3Lw7DVQcHc4Q5Nt8DZatY++Hq7uTiDH26Pjs9"
    "vzmPLEoJL+XNrLZ4fXZ8kXcy5qIdC4BXOwFKSNtgm84HINSLQFgUglCSnkx+ePq69a7zdC"
    "10o2/+nHc22lnHLl2kNObpdXIa+N68z0rSllXbpVQaY5bKldFJ4+B19pAcWft27MPDGjvI"
    "4WHlDgK3ciVC1FjbujhniNqH8hbycagxvgWgF3oK8qTGYaDhMDBHhFdhwN6pVabizQ/BZn"
    "miZSU2ZymNjaTJXM4ct9HdtXO0htNN5rRJ5bBhtUk5yVcXT4XEKKG5ormZg7Z1Ac1SmSW6"
    "ONtIwHdZbquZy3RpqhHlHa3INFLYVTeAqUngUrYbbADY9tUry0Ob3QPXyI4TTKF4VD8oDV"
    "bVyY5zJzu643uswi2uEhfb88XTUgE/XRewz2F/H8Lu5m2CDRZe7ZxCBYSrYb1yyS0T/9UG"
    "tz1fLImpRuqlO3ngpyTr0l18Eqg64VKQNFmaa+l2TJBD7FGYB2kWVZCL821BLgr7HRIXJy"
    "zKjQSBUohga9yV5eV84kKyHcjCI2tUTYjrh4XowgRKFZX3djdsSbafP5LVkbChNJ+EkqlC"
    "T8AtEJosEybLRKOyTEQrdKVAmxLaFWNtmob6toNtZH0QmYVO52BRnswcL8r7sKKSH9rIFu"
    "gMtMY9+MPYmQs2p2p1U0sf0BV0pd5ZKumGdxaLummbeuWjYTOVySZB8ATJUgoO7yFRpIVd"
    "NCRS+BR3LIIGqrNEZpvkxA+LQstDXWhAvk2pYAPcrigvvd3xlku3XzopDaRmU1JdqlWcTV"
    "I1I+62V9zVDN5aJ2yr2dBuJZ5ZJt11/RAoDZjzdC3E+2UtvF8uwPtlEe8nLK3UOLSfpLYS"
    "H+Pe4ZHOUk8pTCzo8lhQo3SsIn7shdJhwph+RE4rKogmn7OU5oVuHJs1rAiZmBbjrd5tKZ"
    "cUsEpLS4TmMmMLxBrUM7gcK0690DsX1hrBQlOXXXXRbMw4Ce0j3MdzHhk6/KxHEEHxESK4"
    "ZRetLNsapI5pJQIkrALwJef3MzaVp7WpNNN924y9Z90o2mTda8CaITKQLon6TOza68Z9Jh"
    "3tJ6zLQz/VZZUJpDs9vjk9/nCWDVLMFiNbE9xWVpTLA1zYDstBfhrvURwnViLUKCFk1SKN"
    "ErK2XJ75PGYT5DPkE8eJ3TkpOkXRZEl7KFYnmkBhNhQFJXJZlI7LQmwye2AXcRYKKmGBtr"
    "AoW7EzNGIQ8+Qi5tngXqoqgvfVld7uJOqK+sgjliDiB+hW1luzCEwEPE9oYFMOQIXuqOFc"
    "yFR8RuDp0OuXL2pLSbX8TM38Wi+XlBr5YVkkFj3ZCZiG7n/rikJeyUmC6tTiUfNWuDoWmS"
    "62kVt8KLOp6uGt0hjQVwDdpBXvbDStuMkmvNLS3gdTaCadSSo56fI5R2r43GQ+G1dla9m8"
    "VnxkPYNDfB5qJ+aGJugyWzE2bMKAkJziqzYkqAf9lhoU4lOG87qWhVi5h4jQsO4686B0+b"
    "uwpDqbycrvcAIKyYSEYd37xdaHtfsEC8XV3e2nu1sZhHpx9esNstiEIDwSPJTXwt/Cs1jU"
    "g07foYHLfKj4bjEhrYTmB7HZccH7LhpwWbkdrkVVrbis6k4Jjwmg8js4bDiFoFhoGYMpa7"
    "k7mPsI8wdiw/RTU4eghwr00N4lMxIeHOPVJd8LS01isGbBd1doIjWKIOdXSd8OatX6JrLU"
    "N3Ht0jrfSqom7fHZ8rLa4QT+9nd1BsbHZYw5DRc2NIw54Q5QAHNBJcTHdRJpNg3EbZe0lR"
    "uIDrwJgYG3Brzyq6thqEnatykUeHMFrku3gurg6vKNwGAJV/zybBuVYCbtDZpl1fQiebcI"
    "aHUyc5XG1AdfI495LOAXsF9s7VHIjKmncaaejIVeqJd9yDuvz+QcqbHcNpnPxnL7Q7DZJL"
    "7+IdjczPCh5jJ49chUE0DZxgDKGyK+an6n2vsRNejW8X3wtG2NMyJcrBgIKQypQh8EGCm7"
    "4gp2iP1eeivCGEjMkcfAKGQjPMNzScvRkHBqJ5Z/2bxOfo7dDl3rPEmpp8EcJHlaI3u4Fo"
    "pIV0edpRStMFzuOubMiOY/hMzWoFPBRs/engJmXJStqQ7QUEhXLg/wxLJ3pP0wr0zuTm8u"
    "lLmnmWa18j1bQtBx2Cgg75DF7Ei+9QIhzYb9dxEOg3ZmzHuAM0nYdZmQ4oTkS/338s7xp3"
    "P0iB0KWywPY4C4L08tcWtMJpiXp3ze2chrZH2WPwtvVLWPOm6/GUnvSYP0tpPXp1qwfhCP"
    "qQN13L4VQnU+MVsNsHuL0rLlowHCtMHhS6HjKczTGW/hGt7CKMOwPhcKhIYNa7DBpiPCtQ"
    "K7UooWbjabT7ApPZ+ckBKbcA2XaUxo9PXGaXJrHYLYoJVayoNlYnJ0Z6GMPEvb1EoSHbZH"
    "U49ZhHMZ5g4C5phgzx8SXFLPpBYVRNMPosJPSrA6tTlYnuHX+CbE0wOtTR6pRZ4J8ZhMmD"
    "fvokFYkksm8RyEJ/gF3RxyG0E+I+KJJxoMA1uIvVGjr27aaoLDlu/RwGdCEo/7gakO7j1C"
    "kgteHHcfjc9mriCibv/eoaNxFL+vVmyhoRy/rvBtDNq7MGiPmd7HMG7fwk9h7/CwjuB9eF"
    "gtecO9XHWVsmVcGew4LV3GJtRRigByA9IS3BKKFq7WzafabVDB8KZBv++im5HPfzAmh1tf"
    "X9eAmSPb3bbZ2ZbUtIOaB4r8XMR6URL+HOFKX/2GeSufJgl/qq/oMSBLZ/BfFX9FE9VjQI"
    "6wNTmCdoy/quXrMSBPad6BVXkQ22t0LPsqze6N+or5YhhQx6cuP4DxnsKCsRVTf2Kj0tDA"
    "MzSt2Y82poSDfOiXL/NKSDM0BtLbsiiepzGlXwfuKaRZ6ZQY05N73UXmdC9w+1bSrFbISZ"
    "xvRgZ88DQF/2xM3IwdGSzPSTKZcOxnaACm5ZIA7o32vGGr9c0EO071jrNBk9/ThoyEL8ar"
    "3puj5J2APxa9Djcfjy8u4m2m2kotlxixV0uWWCA2tovG2S4asiEeE49a47LtMLqzcDPEaZ"
    "tlO2E1Yze896y97UQ7SNN3nTUlnOqtJ5LRdaxoCkkLHQ9bcZPBS6WBcNS8hehupUpoVF1V"
    "RzVVSEy4maYO+qQfs+//BT7WK4c="
)
