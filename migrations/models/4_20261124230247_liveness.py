from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE "prediction" ADD "data_removed" BOOL NOT NULL DEFAULT False;
        ALTER TABLE "prediction" ADD "cache_key" VARCHAR(64);
        ALTER TABLE "prediction" ADD "retry_of" UUID;
        CREATE INDEX IF NOT EXISTS "prediction_kept" ON "prediction" ("completed_at") WHERE NOT data_removed;
        CREATE INDEX IF NOT EXISTS "prediction_cache" ON "prediction" ("cache_key", "completed_at") WHERE cache_key IS NOT NULL;
        CREATE INDEX IF NOT EXISTS "prediction_changes" ON "prediction" ("user_id", "updated_at", "id") WHERE user_id IS NOT NULL;"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "prediction_changes";
        DROP INDEX IF EXISTS "prediction_cache";
        DROP INDEX IF EXISTS "prediction_kept";
        ALTER TABLE "prediction" DROP COLUMN "data_removed";
        ALTER TABLE "prediction" DROP COLUMN "cache_key";
        ALTER TABLE "prediction" DROP COLUMN "retry_of";"""


MODELS_STATE = (
    "eJztXdty2zgS/RWUXpKp0rhiJXa88e5WyY4z0Y5jp3yZmZpkioJISMKaIhSCtKLJ5t+3Ad"
    "5vEqmbKQYPiW0SDYCnQbD7dAP41powg5j84J4Tu/UGfWtZeELgl8T1Nmrh6TS6Ki44eGDK"
    "gm5QYsAdG+sOXBtikxO4ZBCu23TqUGaJkrdsQgbMmKPZmCEdW4jNLOTViLBloKlNDKqL0v"
    "wUzagzZq6DMJpizmfMNtAY8zGymKxCiJtshKiFMEfUORBdMJgOfaDWaCetuRb94hLNYSPi"
    "jCV6n/6Cy9QyyFfCgz+nD9qQEtNIgEsNUYG8rjnzqbx2f997+06WFE8y0HRmuhMrKj2dQx"
    "etsLjrUuNAyIh7I2IRGzvEiIFvuabp6yi45PUYLji2S8KuGtEFgwyxawoVtv45dC2JDhIt"
    "HR+I/1//2+9brJymXV3fabcXd5rWyqhc9CGlF/+SDrDDcKGWI5D69t2rN0JEXm2JBs7fd2"
    "+evzz+SWLAuDOy5U2JV+u7FMQO9kQl6hHMY9AzAJCB+nyM7XyoI4kU3NDZ7QAdQLQFUFsT"
    "/FUziTVyxvDnqxcLQP6teyNxfvVC4szgRfbe7iv/TkfeEnBH8JIJpmYVdEOBxoHbOXpVAl"
    "0oVQivvJfEN5iKNDEVZXG+I1+dfJwzgivh7aMZwh0UifCO5vkdAL4A37uLP+5EzRPOv5hx"
    "WJ9/6P4hEZ/M/TuX11e/BMVjaji/vD5LoU+5ho0JtbLAnzFmEmwVTNYxsRTsA5BbZZyXAT"
    "68slvkz66vLxPIn/XS0N5/OLu4eX4o1QCFqCMv967uUnjrNhGYaNjJIv4W7jh0QvIhT0qm"
    "QDd80YPgl21pYJtzDTygcW2Zc/+tXPQq9D5c3N51P3xMaOVt9+5C3Okk3oXg6vPj1KwUVo"
    "J+7929R+JP9Of11UX6ExyWu/uzJfqEXYdpFpvBGxCbjoOrAWrfhVk0fIh9scWFAdYfZhjm"
    "rMSdaHhwwrmw1XJeR1/y3a83xMQS2+ww8M3ZW6+WPRwD34NRH1yNxkIEEp5S7YHM1wSpO6"
    "W/knlTMYpcmNUR+iB+NBWgmGO0Hkofw4r21trIIiXmKtZhRbNX9takM0lfwRYeyUcSbYuW"
    "fMBuyBBm1vEdeyBWK8cZT9xvL3LKba8kOKdB0aXe+bVFkC+GpFgbDeYIPFt0+777c+foGL"
    "EhuL6nqA8ev/jY9hHl4FwTC66iGfjF5KsO/hM8GRoyW0paYKKivq95aKefddN312yOv/4p"
    "+Kxono8dibT+Svnyn1rk65RCN4WZ8VehZ59vqi9yONew0OvsER2XcYiOi/2hY98dKvbuY8"
    "rKAN6zClyjpFAKdfGa79+kDv2FHz93Dl+9fnXy8vjVCRSRHQ2vvF6gCmWI/7iGeILMiWa3"
    "ilpPSjZQ63ui5QCThWr2P6JVdRwT24CC62nrNUK/SXumbIQhKbXJSEN9VbskrpAhKTIYZw"
    "F+x2xCRxY4zxLmHnQFW3peOKGxdARctvEsNIxTIwt+gecmHgV43r097769aH0vpn+26WwF"
    "2Of4WTG1FLtYsVFQzrniMDR+ptYbhKHUhJpz4dkkXB8urszGVB8jBgLg55j0kZwirOvQWF"
    "BGdFb4PiKISeCfiF3mRkB31ejyQOgnGSUWgwBulPSk9i5GKkOkr/YsRKqMfWXsK2O/ocYg"
    "TNQrvdpxOWXu11nDwWe1wpcyJqIM/cWGfpDatqaVH+TQ7SekS0382ICqat9HUCcCFmvGnd"
    "JhkobgvtXQkx/zzXGGomhwsS/kx53L+UJdBEWF04GRGDrPuIz4UIcHEZ9T1J/CeKBf/VAP"
    "drwYEJrgORqATzNmM+sA9U3MHS0eFRIogcMCFU+o5Tok6xLtuO0qnlE7YVI3yC/az9xR+T"
    "MDdHEgLyi/mUDeU7s+iVDeSZnM0ZPizNGTTOao94pVgTeSaCDAnTIAd4oB7mQAVmHoDYeh"
    "Y+yvzkQdGXD/c3t9VcCuhxJpZ4rqDvofMinfx7jzAmAFFgkXKpOQm869TU3QooJ0Qq6iqo"
    "rHvKKqdkBVKR5jazxG3Jyuque0rNJ0nTVtk0fwy1fRc1JSabnOWla8pOIl95iX3CbT5q0d"
    "yCHawkUFxTzbJCxSgmUT1RveimfBYYngPpuBpk+RxAIgFrwVZ0OnDf8jR3BdggnjpjtCMH"
    "bmHDn4gVh5LNpG685NzJbV+eqTQKUTsr+1IsBTFr6XZyAMQDtYNeRrJQG5FjhewXvRkkIA"
    "rPgD/f7+4ubCex5ZM+rdoqv7y0tv4ChuTnFzNaCONs9vPMBzVQE3KN9AcDfPy8W7lcG4eE"
    "F3Smx3ULeeYGLYymruR8rpgJrUmVcZ20mpBo7wwzIj/LB4hB9mRrhi6Yqhby5L506NFbWe"
    "lFRar4vWc9z8zErhyDauqvWkpOJy6qPk7Lsd98TKujZxGcXmLGZzJFaKzllG58SHVILPuY"
    "ERftM7vyuXaPZI7A3sI/KbV0uD4K7BFhB7A9U26cFgZOUQhLFBV0wRPsYKlVqWRCcTV0oj"
    "X9RLj5NVt+V6H7Glwn/ZwGPxYGhMMcxthSuO1qjvs/XZ6nPm2jrRbDLst1HfJsIHg4GF+Q"
    "MxxBWYBzSuj8kE92VtfSYfh/fR8zGbiVQ9sYSJYYMYbcRdfext2cjRFxdbDv1bjtifELTp"
    "pfdBbz5bgitGIyzWPYnezZj9QOxMB9HMpg78JorAlcLVT598ftFnL93JAK6X5S+XMJc+qJ"
    "rXLYF7ezGBCZ8Nh6B/oWcfby4+dm96V788UwzmkzOY3pjIQF24b0UkoPasyNmzQg7yKsxO"
    "KKBInRKkDsxOvBpjGUmovSers5X+N1BiVmVQJ8UaOLQ3z8hH5kaV4Z2UagTQux7jScuuyj"
    "DPSjZhjknN4Z2TMpN456R4Fhf3Mmn3whtjOYbHwsz7SKgRI33bEdTIQ8niXJwlnpRaK1O8"
    "ZiN714nivkNYCfxIZPc5+jGPZuBS06EWPxDNPoVPsxWFUGvqOiu8Emk5tXxinbfCdVbTQk"
    "ZQqWGtd2HIqr0DXnkF+hqgBxbjKlZmM+3LzVs9Bh0RnhMILkY4kmgevptfM8vp30QbzJ28"
    "tYdndFTIHCblVmIP64a0Rx7+o9N5+fJ158XL45OjV69fH528CFnE7K1FdOJZ7xfBKCY0ka"
    "UYpzYTU0wlszIuoyz61edv7DhkMs2ZXApHfUxid4T5i+0O+I2x5V54q2JKR0JojZDP/gzl"
    "pfGd2PpFgjnRXMvJOxBryfLFpKjKhapzLpTKbi2epPYzz7FMdms8ml92uozLqAy4xRlw4b"
    "K2NTPgmnYsTzuVAhcfU2ukwKnsrkWgbzW7K4ZYToJXEs/iHK9psly5o31cPxHLTyAqOIkn"
    "XUqmZPnGtLfP2ZigIbF0scRTbtb3BjGY9OX1MTMNYosKvFN4ZuDey7WhYvO0IbWo2HNa5E"
    "6xmdhCjXFOeB/pDIwfHsu74p8tmXllUGIg1xJVUgcEbGw9yD5grhPLgB68QXyCTRMKQMc5"
    "NGFzUVCmivaRt+8OogZ0njnQ57nY/Y1DAWxCr/pQzwOXhwbhz5Z48uAUYAumnfGAuTY0NX"
    "SgdizqhzrjXeIEMMLmAbr44mIT9XWsj4nYBa/P5fPysUgxY/J4Iw4jF5qV6UA2mbBHYvSh"
    "STbjaIwfCQIoHCTZ7jby6NY2PIxJvJOKTTYS+3D7aWfwIDJUIO2FVrsgAS1MKo49vdyiL3"
    "uuUf4GdO1gGW0iTw0acuUELHQhf7pWiaS1aMBquonpRI7mJTlrLhdJa/CbLZYTP2t9T3Ul"
    "SITzer5yf+Cd3kh34mZ8+dalVPnmpzYTm7LndiD8OFRonT4SLfz4luhC7wo9jzBoJzr0U6"
    "ZHBhiEJrVINYUEUsu6FKtdrsy+vpOrs1H36u1q3Y29B8lFSZUw9c4i48t67zcW73mmQ+GM"
    "Il9NNpmGa2YqdEfUsawzYUOLu7NaDx7IdOkie9FmfHJsUoLqXh4LULAmpZjLDwUamCGyeS"
    "4//IyWhTcUaCC8m8/pC4yBklxxUFwRxXlp1W6Ok7g4r9rNi3c0YaRuPrFa2vxVIkqhgMoH"
    "WDsXpgrukYSK462Ou/Rpq8AeCijUV0ed2DazAVSjksmRlGpehkanTAZMpzgDppPJgPEQm4"
    "BLhEc5UBevJsgINgHtXa8nECxZFdCD8mozpcpQTwj0R680kcdE1FSuEmFq4t94IYgKaEYC"
    "Csw0mDKoksXyjDGTYKtgdAYyKTgHILQtPMMru50Pzq6vLxPzwVkvPdXefzi7AAdSTg5QiH"
    "rBXZW/pfK3aopwnRJ5SuVv+eHBiiqOpBqYt9Uw9Y5W0+9IbUW3B/qNR5Qr6jglqvRcZz3r"
    "Is/P1GwCyPIV823zq1B6r7/e19C30vNe6Jk7bKpxAk9o5Hjf70yGixazpQRTah4KyUap9u"
    "31/dnlBfp4c3Heu+35jFKoS3kz6S3eXHQv00HGVApgBvDiIECOaBO46XQCQrkMhEUpCDlb"
    "ZskPj1b1JM60XAPD6Jtfe2wTx55rLGcLp2I+JC6j6JDUJv7xzMOyIzch1LxZYgsr5uMZjx"
    "mgF/KmaVFFn1agT9Uivh/CyFRnUvwQapb5/SupOSmpPMY6azmx+KDqrJ2SVZqus6bVYusN"
    "G/NPdhbv/rwkFdBMLjssC2hSSg3ROp1vXM9huvLxxtFeAJlZdQOYqi0W8maDDQDbvBOF0t"
    "Am58A19q9wp+J4F83NTd2rsn/Fvazonu+xC7fb7SvuZYJ6zs4V90HmevGmFW5YZOl+FXdj"
    "gkxijLy9JGb+KTzBniVi7bTxBsHFCfP3lxCBfUSwPm7LI3ocYiFqyf0S5DkfE2I53mE+3i"
    "YUBacX7a7ZnC0bUtsyFK5/jq2srmaCZATVqmi1KrpWq6L9EbpSYDhHdsXYcN1Q33ZwWO6x"
    "LnfyqZIInxZT6fDpKIO/bXplZDNyCloVwPlhmMAMK1DsEGzV0JWeQa6l691ZbOpGZcodwS"
    "kmU7nhlzA8hWUpDYdTceSkji00INL4hDs6Qf04nS23Q+PE8Q7WlIsQUJ98nVJQg7hdcETn"
    "dttbbt1+akUyYiuh2H5l8ZMw1SZAytxtrrlbMb1mncSaekO7lfw7aFHslOgBVQHmtFwD8T"
    "4shffhArwPs3g/4fEUtUP7Sc6n4GPcOTquMtQjCZWttzxbTzkdq5gfe+F0qESTH1HTMRek"
    "op6TkuqFrp2aK7AIiawDFU/ccTwxBKyQafHRXEa2iGhwOcKlGwvqedE50a7YaR15VbXRbM"
    "w48fgR7uA594kOJxkRRGPMEQFtGVmWZVuNlKFWfEC8Xas/peJ+ilN5Wk6lnuHbesw96+Y5"
    "huO+AqwJIQXpkry8kNdeNzMvrGg/YV2enBcfVolUp/Pu7Xn37UUyjSx5oMua4DbyVJ40wJ"
    "npMB/kp4ke+Rpgdp5ZE91caNZME8VKpUzp8NEx2cglb5DYttUzJeTBOF79bYQTx+yANWIx"
    "+KISA1HnVN7pfuyhR2xS4bvA/RFoQJxM43DkHf/N87OmdtbyGolT8mfm7Spmx4LymyGAl1"
    "s3e0eNFRs5D/CYlUIbfvkGcu2bP9zAy7zxXoosyEt2jo/JqQ3k195AfgUtZASVGtZQw87P"
    "nK8b4NuOUZuYi5xKkmOXLtkVMy6oGNJ9Zki3aSn/Lu3BPDPZv7PQRp5FZUrlWXnlkX8KnE"
    "xhEgbmmGDbGRCcsySglJQ8I9Nf3cL7SBz7KCxaavDgKMzgplgeIGQN8kh18gzMYzJh9ryN"
    "+t66IxkH73tLD0BOHJppCkqQ2PBE/YFrgNnrF/psRaW84zVN8xT1HQaWeFCP6Gp/aBMSXv"
    "C7FrbPZhYIUUsbmnQ0dvrybnzRA/Xs+HWNb0Uu7oJcHLNqH8OgfAM/hZ2jozKG99FRseUt"
    "7qUWKOQN48LMlmnuMN7rlJaNZXB7E1Alwy2UaOBo3Xy2So12Rakb9Ptuuin7/AdTsjf1aV"
    "UJzJRYA8452kHacMx+zmK9KI81JbjSV79myV5Pk8ca+SvVFJCUU/ivin/ME62mgJRgY5Yt"
    "7hj/uJdfTQFpSfUOrKqDgK+pwuzHZXZP6sfoi4FLTYda/EC09xQMxlao/pCjquCBJ2QaMx"
    "9tzAkX9qGTP8wLIU3IKEjv8hKmnoZK7xKb6uNWDpXu32kvotJxVGYZlV4M7oYJ4uL3uiSx"
    "5n/L6puXsZEXupgPLtydrNhpjIk0kGfbCissXqoKCPvFG4juVtaV+utxq1hiMRGVXVHR5H"
    "rSj9n3/wPhxgXf"
)
