from tortoise import BaseDBAsyncClient

from migrations.indexes import create_index

# Indexes are built while others use the tables
RUN_IN_TRANSACTION = False


async def upgrade(db: BaseDBAsyncClient) -> str:
    await db.execute_script(
        """ALTER TABLE "prediction" ADD COLUMN IF NOT EXISTS "data_removed" BOOL NOT NULL DEFAULT False,
             ADD COLUMN IF NOT EXISTS "retry_of" UUID, ADD COLUMN IF NOT EXISTS "cache_key" VARCHAR(64);"""
    )
    await create_index(
        db, "prediction_cache", "prediction", '("cache_key", "completed_at") WHERE cache_key IS NOT NULL'
    )
    await create_index(
        db, "prediction_changes", "prediction", '("user_id", "updated_at", "id") WHERE user_id IS NOT NULL'
    )
    await create_index(db, "prediction_kept", "prediction", '("completed_at") WHERE NOT data_removed')
    # Aerich runs what it gets here, and asyncpg runs no empty script
    return "SELECT 1;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "prediction_kept";
        DROP INDEX IF EXISTS "prediction_changes";
        DROP INDEX IF EXISTS "prediction_cache";
        ALTER TABLE "prediction" DROP COLUMN "data_removed";
        ALTER TABLE "prediction" DROP COLUMN "retry_of";
        ALTER TABLE "prediction" DROP COLUMN "cache_key";"""


MODELS_STATE = (
    "eJztXVtz2ziy/isovSRTpXElSuL4JHu2yk48Mz6T2Clb3mxtMiVBJCzhmCI0BGlFO5v/vm"
    "iA94tE6GaKwUNiG0SD4Ncg2Dd0/9WZMps4/OiWE6/zBv3VcfGUiF8y7V3UwbNZ0goNPh45"
    "smMQ9Rhx38OWL9rusMOJaLIJtzw68ylzoecNm5IRsxdoPmHIwi5icxepERF2bTTziE0t6M"
    "3fojn1JyzwEUYzzPmceTaaYD5BLpNDALnDxoi6CHNE/SOYgs0sMQfqjvdyt8ClfwZk4LMx"
    "8ScSvS9/iGbq2uQb4dGfs/vBHSWOnQGX2jCAbB/4i5lsu729eP+L7AlPMhpYzAmmbtJ7th"
    "BTdOPuQUDtI6CBa2PiEg/7xE6B7waOE/IoalIzFg2+F5B4qnbSYJM7HDjAws7f7gJXooPg"
    "TsdH8P/rv4dzS/UbDC6v+oOb8/5g0CmwHOaQ40vYZAnYxXKhrg9I/fVdjZsgIls7cIN3v5"
    "1eP31x/JPEgHF/7MmLEq/Od0mIfaxIJeoJzBPBZwFAAep3E+yVQ51Q5OAWk90N0BFEOwC1"
    "M8XfBg5xx/5E/Pny2RKQ/3F6LXF++UzizMSLrN7uy/BKT14CuBN4yRRTRwfdmKB14PZeva"
    "yBruhVCa+8lsU32ooGsBUVce6Tb345zgXCtfAO0YzhjrokeCf7/B4AX4Jv//yffRh5yvmf"
    "ThrWpx9P/ykRny7CKx+uLn+NuqfY8O7D1VkOfcoH2J5Stwj8GWMOwW7FZp0iy8E+EnTrrP"
    "M6wMct+0X+7OrqQwb5s4s8tLcfz86vnz6XbBCdqC+bLy77ObwtjwAmA+wXEX8vrvh0Ssoh"
    "z1LmQLdD0qPol11xYJd7jXhA+8p1FuFbuexVuPh4ftM//fgpw5X3p/1zuNLLvAtR69Pj3K"
    "4UD4I+X/R/Q/An+tfV5Xn+Exz36/+rA3PCgc8GLpuLNyC1HUetEWrfQSy6u099saFhhK37"
    "ORZ7VuZKsjw44RxktZLXMaT85fdr4mCJbXEZhOLsjRrlANfA92jVR63JWkhAwjM6uCeLDU"
    "E6ndHfyaKtGCUqzPoIfYQfbQUopRhthtKneKCDlTaWIzUnowlj9wNOxCfI3xCtz2qwGzlW"
    "m9YW7O6sx6r2++KlaW+ab8EuHstHgnvDnULQrsmd+BZN+uyeuJ0S80XmeneZGcNTPYU6H3"
    "Vdac+4cgkKyZAk66LRAvkTgm5+O/259+oYsTtE/bdoGHApngwR5Wg+Ia5oRXPMEflmCY1T"
    "PBm6Y56kdIVQj4Yh68V9hkXDxv5uW2Lh+BJ9iAfKKpGQdP7IWT++dMi3GRXTBMHsj0pbSL"
    "lys0xF30CnabIOeVxHhTyu1iCPQwWy2h6SYlYB8Au3QpnMEuVQh9f88LYqMV/x4+fe85ev"
    "X568OH55IrrIicYtr5ewwqguP67qkjF/JbubJtezlC3k+oFwOcJkKZvDj6guj1NkW2BwM6"
    "XjVvA3K8/U9clkqbbpm2kua1d4YgpmnQLGRYB/YR6hY/d3spAwX4ipYNcqc8C01oAjmj08"
    "jwXj3MoSv4jnJspo+u705t3p+/PO92qD2S6VrQj7Ej0rxZZqFSu1CuopV1wsjZ+p+wZh0W"
    "tKnQVoNhnVh0PLfEKtCWKCQOg5Dn0gbxG2LHGzqA9MFnQfcPsS8Q+8vaU+433ddLXr+Iv0"
    "q8MiEBdqalIH51WWTuWXB+ZUNsK+EfaNsN9SYVBs1Gu92mk6I+43mcPRZ1XjS5kiMYL+ck"
    "E/CgbcUMqPog4PE9KVIn5qQenK9wnUGYfFhr6nvJukJbjv1PUUeslLlKHEf16tC4We+nq6"
    "0CkSXUHpwAiWzhMuPT7U55HH5y0azsR6oN9CVw/2lQ8ITfECjYROM2Fz9wgNHcz9QdorBC"
    "gJhUUMPKVu4JOiSrTne+toRt2MSN0ivegwo23lzwLQ1Y68qP92HHmPrfpkXHkndWJtT6pj"
    "bU8KsbbqFdOBN6FoIcC9OgD3qgHuFQA2bugtu6FT1l+LwRgFcP/v5uqywroeU+SVKWr56D"
    "/IofwQ/c5LgAUsMipUIYQ5H62c26BhgHwIszFVVa95Y6rag6nK2DF2ZsdIi9O6fM7TGk43"
    "mdMeeRB6+Tp8zlIaLjeZy8YuaeySB2yX3KWlTZ22KDG0xccwqu1s07hLDSsbDG+rM+Jgww"
    "LnPpsLTr9FEgsBMditOLvzu+J/5IOtCyxh3AnGSKydBUc+vidumRVtq2OXBmbL4UL2SaDy"
    "Adl/dRLAcxK+ijMAAdCLzlmFXMlAPogUr+i96EgiASz8gT7/dn59rp5HjowubtDl7YcPau"
    "EY25yxzTXAdLR9+8a9eC4dcKP+LQR3+3a59LQKGFcfgc+R7Q/qziNsDDs5//5AOR1Rh/oL"
    "nbWdpWrhCn9eZ4U/r17hzwsr3FjpqqFvr5UumNlrcj1LabjeFK6XqPmFE8OJbKzL9Sylse"
    "U0h8nFdzutidVVbdI0xpqz3JojsTLmnFXmnPSSythzrsUKv754168XaPZAvC1kXvmHGqVF"
    "cDcgacbBQLVL82C0skoMhKlFV20ifEh1qnUsiU6ngaRGIakKj5NDd+V5H0ip8P9spKx4Ym"
    "nMsNjbKk8cbTDeV/erO+Qs8Cwy8MjdsIuGHgEdTCwszO+JDS1iHxhwa0KmeChHGzL5OHyI"
    "nk7YHEL14AgTwzaxu4gH1kQlueTozwC7Pv23XLE/IXFPFd4nZvPVBVsxGmM49wSzmzPvnn"
    "iFCaK5R33xG3QRLZWnn76E9sXQehlMR6K9rv1yheUyBHWgpgW4d5cbMMVnwyfof9GTT9fn"
    "n06vLy5/fWIsmI9uwVRrogB1Zd6KhMDkrCjJWSEXuY5lJyYwRp0aRh2xO3E9i2VCYbJ16l"
    "srw2+gxExnUWfJWri0t2+RT8QNneWdpWoF0Pte41nJTmeZFynbsMfk9vDeSZ1NvHdSvYvD"
    "tULYPWhjrETwWBp5nxC1YqXv2oOaaChFnKujxLNUG0WKN2xl7ztQPFQItcBPSPYfo5/SaE"
    "YBdXzq8iO47WPoNDthCHVngb/GK5GnM8cnNnkrAn89LhQIDRs2ehfumN47oPob0DcAPZIY"
    "15Ey2ylfbl/qsemY8BJHcDXCCUX78N3+mVlO/00Go4VfdvbwjI4rLYdZurWsh01DWhkP/6"
    "fXe/Hide/Zi+OTVy9fv3518iy2IhYvLTMnnl38ChbFDCeKJsaZx2CL0RIr0zRGol9//8a+"
    "T6azks2lctWnKPZnMH+22wW/NWu5cm9phnRkiDZw+RzOUl7p30mdXySYk0Hg+mUlxFYcX8"
    "ySmlioJsdCmejW6k3qMOMc60S3pr35dbfLNI2JgFseARcfa9swAq5thYy6uRC49JraIATO"
    "RHctA32n0V0pxEoCvLJ4Vsd4zbL96pX2CcJArDCAqKIST76XDMkKhWmV52xC0B1xLTjiKZ"
    "P1vUFMbPqyfcIcm3gwgKrCMxfqvTwbCsnT7qhLIec0xE6xOaRQY5wTPkQWE8IPT8Vd8a+u"
    "jLyyKbFR4MKQ1BcEHnbv5Rwwt4hrixm8QXyKHUd0EBPn4hYeh44yVHSIVN4dRG0xeeaLOS"
    "8g+xsXHbAjZjUU49xzWTQIf3XhyaO6ya7YdiYjFnjiVne+GB3D+GLM9JQ4ERhhR4wWFc4S"
    "DeJBhvJwbJg7DuLOwssSPAFQF1FIKPfVnWAO4Byh8z8D7KChha0JgTR6Qy4B4xOIUWOyPh"
    "IXS1/cScYTeWTKHog9BBg5muAHggSU4l5gLe8iZa7tCjAcompDO2wMtwZUYSyBhPQ1SIGj"
    "062IYIujklPwyRx/xcJI5RnsutE53Eygm7hRIHdwYKb8Gbg1ot6SFT+wHEyn8nVYEfQWcI"
    "h6E795cB75Sed7bipRJJ2a+drzEZvCVqaT1gPq311S1b/9zGOQ1b10AvHXRePu9IEM4q93"
    "jSlcXKKnCQbdzIR+KszIFhKlQ12ix5CIatWUUqPLo91XfXm8G51evl9vuqn3IHuqSQtTVc"
    "yMr5p9eLP0zAsTincU+Wqy6Sw+dKMxHRhj1WTiGy2fznozuCezlaf04Z7pzbFNEa4HWVeg"
    "4lBLtTMgJmhhiMn2nQHxZ7QuvDFBC+HdflBgJAzUNDZH3Y2luSwuOyjRMpcHZgdlDpM2rN"
    "TtR2ZLoV/HJRUTmICCjYNpdHBPKIwjcH3cpVKrA3tMYFBfH3XiecwToNpaIkeWqn0hHr06"
    "ITS96hCaXiGERiE2FSoRHpdAXX0coUDYBrT3fSABzGQ6oEf9TTYmbainRMzH0trIUyRmKz"
    "eRNA3Rb5QPQwPNhMCAmQdTemWKWJ4x5hDsVqzOiCYH50gQ7QrPuGW/+8HZ1dWHzH5wdpHf"
    "am8/np0LBVJuDqITVd5hEwBmAsAainCTIoFqBYCF7kFNFidULQz8ahl7x+vxd2xy2R0Af9"
    "MeZU0e50gNn5vMZwsCBZ2BRwSyfM2A3fIhDN+bz/cN+G34fBB85j6bDTgRT2iXaN+/OAxX"
    "nYbLEebYfAeUrWLt+6vbsw/n6NP1+buLm4vQohTzUl7MaovX56cf8k7GXAhgAfBqJ0AJaR"
    "ts0/kAhHoRCMtCEEpybskPz0C3lGeeroVu9O0fXs6G8OrYpYuUxjy9yUF931sMWEkurmq7"
    "VJrGmKVy1RjSEaB1d5AMUft26x2kPkhHnhaAXmq/zpMaM7aGGducxlyHAQcn7JviIj8Em+"
    "U5i7XYnKU0mnuTuZw5BKK7a+doDaebzGlzan7LwvyjFVU+nJdEA83s8c+6gGapzBJtUqHq"
    "Zi7TtetUJ0kdCrvqFjA1uTLKdoMtANu+0lB5aLN74AaJSIIZ1OkZBKUhlDqJSG7lQLf8gF"
    "W45QW5IiuzeFoq4KebAvZZjfdeDbdoE2xa6VsKCFfDeuWSPhP/1Qa3PV+s75pZbm7lMZSS"
    "BDe30fmU6tw2QdxlZVqb/oQgh9hjlXJmHhbrilIbQYYE+w0SjVMWpqGB8B1EsDXpykpePn"
    "ERdWXiGVkOaEpcX9X8UrlqKoqc7e+2JYlZcslXKrMcpPIn6Am4BUKT+8DkPmhU7oNwha4V"
    "/lFCu2YESNNQ33UIiCzFIBN+6Rx3yZOZQy95H1ZYXUEb2QKdgda4B38YO3PB5lStbmrpA7"
    "qCrtQ7SyVddWW5qJv0qVepFzZTmdcPBE+QLKXg8BYq01rYRSMihU9xxSJomHaWyKyJnPiq"
    "/q48aoSG5NuMCjbA5YpKvru932rp9ksnoYGEYamshOmCuSbVlxF32yvuagZvbRK21Wxodx"
    "JlK+4I+VAVUBow5+laiPfzWng/X4L38yLej1jFpnFoP0oZGz7BvVfHOks9oTCxoKtjQY3S"
    "sY74cRBKhwlj+hE5nVJBNPmcpTQvdOPYrGFFyMS0GG/1fqtmJIBVWlpCNFcZWyDWoJ7B5T"
    "Tl1FPeOVXWAQtNXQ7VRfMJ40TZR7iPFzw0dPhZjyCCOg9EcMsuWll2dZM6ppUQEJWb/kvO"
    "72dsKo9rU2mm+7YZe8+mUbTxuteANUNkIF0R9RnbtTeN+4wHOkxYV4d+ppdVJpDu3enNu9"
    "P359kgxWzdpw3BbWXxrjzAhe2wHOTH8R5FcWIlQk0qhKxapEmFrK2WZz5P2BT5DPnEcSJ3"
    "ToJOUTRZ0R/qgokuUAMLhUGJXNb/4rLmlcxp10WcKUFF1cJS9a+Kg6Exg5gnFzHPBvdSVb"
    "2xr670dsdRV9RHHrEEET9CfVnayiIwEfA8oaFNOQCl3FGjhZCp+JzA06GXz5/VlpJq+Zma"
    "+bVeLSk18sOyTCx6tBMwDd3/NhWFvJKTBNUJr8PurXB1LDNd7CLj9Ujm+NTDO01jQF8DdJ"
    "PsurPVZNcmx+1aS/sQTKGZdCaJ5KTL5xyp4XOT+Wxcla1l80bxkfUMDtF5qL2YG5qgy+zE"
    "2LANA0J8iq/akJA+6LfSoBCdMlzUtSxEyj1EhKoS18xDc8zfqOrVbC6LbMMJKCTT5KkS48"
    "utDxuPCRaKq9v+p9u+DEL9cPXrDbLYlCA8FjyUbeo3dRaLejDoGzR0mQ/FtVNVycVmxwXv"
    "u2jIxY2Gsi2stQTFxH04jhkRQJFtcNhwCkGx0DMCEyaPHMx9KDtObJh+YuoQ9FDsO1s2nV"
    "dX5y4sNYnBhrW5XaGJ1CjNm18lAzuoVYGayALUqnB7sfp0KlWT9v3Z6mLPagJ/+3t6BsbH"
    "ZYw5DRc2NIw5agcogLmkPl9E0Arbwq4LrcoNRAfemMDAWwNe+dXVMNTE/dsUCry9ssulW0"
    "F1cHX5RmCwhBa/PNtGJZhxf4NmWY23UN4tAlqdYjtNY6pWb5BdOxLwC9gvt/akyIypp3Gm"
    "noyFXqiXA8iGrs/kHKmx3DaZz8Zy+0Ow2SS+/iHY3MzwoeYyeP3IVBNA2cYAyhsivmp+p9"
    "r7EXbo1vF98KRvjTMiXKwYCClUVMoHAUbKrmjBDrHfSm+FioHEHHkMjEI2wnO8kLQcjQin"
    "dmz5l93r5OfY761rnScp9TSYgySPa2RXa6GIdHXUWULRCsPlvmPOjGj+Q8hsDToVbPTs3S"
    "lgxkXZmuoADYV07fIAjyx7h9oP88rk7uTiUpl7lulWK9+zJQQdh40D8gZZzA7lWy8Q0qwa"
    "v4uwCtqZM+8eziRh12VCihOSL/Xfyiunny7QA3YobLFcxQBxX55a4taETDEvT/m8tztvkP"
    "VZ/iy8UdU+6qj/diS9Rw3S201en2rB+l48pg7UUf9WCNX5xGw1wO4tS8uWjwZQaYPVS6Hj"
    "KczTGW/hBt7CMMOwPhcKhIYNG7DBpmPCtQK7EooWbjbbT7ApPZ+ckBKbcA2XaURo9PXGaX"
    "IbHYLYopVayoNlYnJ4ZamMPE/61EoSrfqjmccswrkMcwcBc0Kw548ILqlnUosKoumHYeGn"
    "VLA6tTlYnuHX6CLE0wOtTR6oRZ4I8ZhMmbfooqEqySWTeA7VCX5Bt4DcRpDPiHjiiYajwB"
    "Zib9jpq5v0mmLV8y0a+kxI4tE4MNXhnUdI3OBFcffh/dncFUTUHdw5dDwJ4/fTFVuokuM3"
    "Fb6NQXsfBu0J0/sYRv1b+CnsvXpVR/B+9apa8oZrueoqZcu4MthxVrqMTaijFAHkBqQluM"
    "UULVyt20+126CC4U2D/tBFNyOf/2BMVlvfQNeAmSPb37bZ2ZXUtIeaByn5uYj1siT8OcK1"
    "vvoN81Y+ThL+RF/RY0CWzuC/Lv4pTVSPATnC1uQI2jP+aS1fjwF5SvMOrMuDyF6jY9lP0+"
    "zfqJ8yX4wC6vjU5Udwv8ewYOzE1B/bqDQ08AxNa/ajrSnhIB/65cu8EtIMjYG0XxbF8zim"
    "9FPiUWvSKTGlh1e6y0zpOOmzypReDe6WDcTV73VNw1r4LWtuXMZWXuhqe3D4SdJRGlMkLb"
    "Sz7cQqDC+VBsJh9xaiu5OieGExQR1JLEViois0Ra5H/Zh9/y/lZ84F"
)
