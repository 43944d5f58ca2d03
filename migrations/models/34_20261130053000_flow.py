from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True
# Where new predictions stand in the order of their queue (see server/queue/shares.py): `head` is the virtual time;
# `last` and `priority` are those of the share's last that waits, where what waits of another model that is paused takes
# no turns; `former` is else the rank of the share's last that runs, or that its user asked for lately.
# A function, since in the statement of the insert PostgreSQL spent five times as long on the plan as on the rows, each
# time anew. Each look is the first entry of a range of an index, whatever the statistics say while all of it is empty
FLOWS = """
CREATE OR REPLACE FUNCTION prediction_flows(queues text[], shares text[], versions uuid[], users uuid[])
RETURNS TABLE (queue text, share text, version_id uuid, user_id uuid, head int, last int, priority smallint, former int)
LANGUAGE plpgsql STABLE ROWS 1
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $flows$
#variable_conflict use_column
DECLARE
  never constant int := 2147483647;
  of_queue text;
  of_version uuid;
  is_same boolean;
BEGIN
  FOR n IN 1 .. cardinality(queues) LOOP
    is_same := of_queue = queues[n] AND of_version = versions[n];
    of_queue := queues[n];
    of_version := versions[n];
    -- Most come together for one version, whose head is the same for all
    IF is_same IS NOT TRUE THEN
      head := (SELECT p.rank FROM prediction p
        WHERE p.version_id = of_version AND p.completed_at IS NULL AND p.lease_until IS NULL AND p.rank < never
          AND p.run_at <= now() AND NOT p.alone
        ORDER BY p.rank, p.run_at LIMIT 1);
      IF head IS NULL THEN
        head := coalesce((SELECT p.rank FROM prediction p
          WHERE p.queue = of_queue AND p.completed_at IS NULL AND p.worker_id IS NOT NULL
          ORDER BY p.rank DESC LIMIT 1), 0);
      END IF;
    END IF;
    SELECT p.rank, p.priority INTO last, priority FROM prediction p
      WHERE p.queue = of_queue AND p.share = shares[n] AND p.completed_at IS NULL AND p.canceled_at IS NULL
        AND p.status <> 'processing' AND p.rank < never
        AND (p.version_id = of_version OR (SELECT m.paused_at IS NULL FROM model m WHERE m.id = p.model_id))
      ORDER BY p.rank DESC LIMIT 1;
    former := NULL;
    IF last IS NULL THEN
      former := (SELECT p.rank FROM prediction p
        WHERE p.queue = of_queue AND p.share = shares[n] AND p.completed_at IS NULL AND p.canceled_at IS NULL
          AND p.status <> 'starting'
        ORDER BY p.rank DESC LIMIT 1);
      IF former IS NULL AND users[n] IS NOT NULL THEN
        former := (SELECT u.rank FROM (
            SELECT p.rank, p.queue, p.completed_at FROM prediction p WHERE p.user_id = users[n]
            ORDER BY p.created_at DESC, p.id DESC LIMIT 1) u
          WHERE u.queue = of_queue AND u.rank < never AND u.completed_at > now() - interval '60 seconds');
      END IF;
    END IF;
    queue := of_queue;
    share := shares[n];
    version_id := of_version;
    user_id := users[n];
    RETURN NEXT;
  END LOOP;
END
$flows$;"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return FLOWS


async def downgrade(db: BaseDBAsyncClient) -> str:
    return "DROP FUNCTION IF EXISTS prediction_flows;"


MODELS_STATE = (
    "eJztfetz2ziW77+C8pekb2k8HSdOsvHOVjmJu9u3kzhlJ5PZbW9JlAhLHFOkhqCsaObO/3"
    "7POQDfDxF6mWLwoTsyiQOAvwOCOO9/HU19m7vi+KvgwdEb9q8jz5py+JG53mNH1myWXMUL"
    "oTV0qeE8ajEUYWCNQrh2Z7mCwyWbi1HgzELH97DljT/lQ99essXEZyPLY/7CY7JHZnk2mw"
    "XcdkbYWpyxhRNO/HnILDazhFj4gc0mlpgwz6cukNz1x8zxmCWYEx7jFGx/BHNwvPHOR7v1"
    "br1P8p5wxp5Qd3yPU1dsYHOAwnmwQm73rXBwzL5NrJA50OQu08rlIcwXm+DNIYc/WMCn/g"
    "O3ezRN1xIhCyecBf6CHnLuOf+Y837ojzlcRqb98b9w2fFs/p0L/PNfR3cOd236fZSdyBE2"
    "5d/h2YXAJ4+oI64jM/spEuL0ckb3jogUeIx/sG+/XVxfsGzv7PKGfbr6wj59/fDh6N/Y7+"
    "y+T3PJLC2HuqXr/ajzr18v3/9CLZGPw/7Id+dTL2k9WwKDvLj5fO7Yx0iD98bc4wHNNll6"
    "3tx11QqNLkng4EIYzHmMmJ1csPmdNXdxAR/9593co7XBcKSXx/j/V/+l5pZq1+/D8/ZvLr"
    "70+0eFBY9zyK1KdWkE0AOQjhciB/71b9lvgghdPcIB3v12fv30+cufCANfhOOAbhJeR/8m"
    "Qiu0+gnDE5gnsHwAgALU7yZWUA51QpGDGya7G6AjiHYA6tHU+t53uTcOJ/Dni59rQP7r+T"
    "Xh/OJnwtmHbUzubZ/UnRO6hXAn8PKp5bg66MYEnQP35PRFA3ShVSW8dC+Lb7QR93EjLuL8"
    "BbaicpwLhGvhrdCM4Y6aJHgnX7k9AF6D75eLv33BnqdC/MNNw/r04/nfCPHpUt35cPXp16"
    "h5ig3vPly9zaHviL5lTx2vCPxb33e55VVs1imyHOxDoFtnnTcBPr6yX+TfXl19yCD/9jIP"
    "7dePby+unz4jNkAjJ6TLl5++5PAeBTz6RBcQfw93QmfKyyHPUuZAtxXpcfRjVxzY5V4DD2"
    "hfee5SvZV1r8Llx4ubL+cfP2e48v78ywXeOcm8C9HVpy9zu1LcCft2+eU3hn+y/7n6dJH/"
    "BMftvvzPEc7Jmod+3/MX8AaktuPoaoRahuu5w5km54vUW+D+Ae17LWJ2hMkKbsenfX1WZ0"
    "gNn9vGZxR27u5T53C8MLRG9wsLTiKZO8mCEJEUVvzIKspffr/mrkVgFtmuRPQb2csB7uz/"
    "jpZ5dDXZ4ROQrJnTv+fLDUE6nzm/82VXMUrUMusj9BH/6SpAQyscTfiGCL3FTrqKUEodth"
    "lKn+OODvYrVI/Ugg8nvn/fFxyO3uGGaH2Tnd1QX11dW/Ssfct1LLHpO0i71Dn21FWwHO/B"
    "Ca0tvIiXcUcdfRGt0YjPUPgxkDXe5SPdGBx3N967PqvOrrGvzr6ONvdCJ3Q23bguZT+dPY"
    "KiGQxexE1lGejlsksvH4qB/olfJRhmbyVous7UKVESRFBeefyLD/9bDSjabz9EnXUI0+nJ"
    "NIfp1PKsMc0Su0PiAgQV9u0Yn3ojdz9mympTN1l7SRPuYNPQDwSDTZLd+QGZf7G/M7JMTy"
    "zBPB+tu/TTYgvujCch2omfkQEYbb80MtmO8S/oCHVBomjz3s+waPweyPZktcab2PMTwWZW"
    "QH0M52LJ4NtwzwNxzK5kBz7aqwWxB8lgeBrgTdoUDw3hERaWE/bkz2DukSH81ovvRDZ04l"
    "NDm3ilMZo4q2eRTpHs1yz9OPq3DUzQcpEUsf3F9a0K611CksP2Dml29fV8dvzz/oF9f/X1"
    "7YcL9vn64t3lzeXVp6wmk25mzUbXF+cfcnajKTCkjy8FzqGA86VXgXKeLIc1brYH972A6c"
    "I/fzp59uLVi9fPX754DU1onvGVVzXMKJrkCCPYfrw1oE2RGWgroFXLrz+D3XQaKR/XWL/Z"
    "DgzcRbjnM3tNE2OW0hiXW2yHio/GDc1QRckkeygqLpVI6qClcgkwWt6ozFss5zp6iOeggt"
    "ABlwNrEZ8f02dAeHIyz9Kzvzu/eXf+/kJ6P1aIeZryyzW/g0Ux+eLfc++oRITJ3K+VYgLZ"
    "Es7JUdOVggywmykyRmQ9NlzSaf7mt/M/nZy+xMN4mfttU0ISJgBNO/KBXUy4BzfgpC8Y/z"
    "6aWB6gQhIMEnv8e8gGaknBHAc9Ngj4LHKBGUhyEhUsTyx4QP2MnQe46sNyBaEh4FUywx+R"
    "RVZxNhnm6H9z8sQf6EXrwNORU22ldFHuu1bngbmBy1q73qSsi+DLJh6CL6sdBF8q/8BqWS"
    "PFrObniCzRWmeH1n3Rtnx4MJ5pXTs8NPFMS+1umlzPUnaQ6wfC5UYuaerDqy0WCONyeBD8"
    "TR2NdHmcIzV8bjOfs+fWporsLNU2ddntZe0KbXZBgC5gXKLNBpHCGXu/82VDybh7Hpu9nH"
    "icXVkNJOQVqontSdMR9iWCdIot1TJ0ahU0k57RMP4nx3vDLGg1ddwlCr4ZyZgsbIuJM5qQ"
    "WQtkYBfk1TOG/i1CRG1wsigXo3GOw38UQVolee96UJLapyA4+zYJ7RN/gc2GfGx57Km04n"
    "+k2z/12CccgIyIvuDsLvCn0BAEeh4Z+wS757OwoSXvj1j3AjcaiuEHF3FKAacvDizg1EiK"
    "lYAbSdFIiq3lcqMTJuz+a73aaTojQ7SZw/JzrqOtTii6EGKdi2lvkjDgpDphwEkhYUB7PI"
    "3a+9KsL52Vmyy1RbN1jZbtgHTLZssKqDNmxA0dfvPGy47gruf3qynCqljGEgk2iXKsFmBV"
    "PGUzAfYcJDOSHS3l4UlWXHQKVVbcMzaYwXpwvivbrRVKuy6bWkuQ8pgAydA7ZgNMY9RPm3"
    "kRJZAyoeOp481DXpRj9zy2juTZy4gsHZI7DzPTEf2rcW6J2m/Hyt6qY8vrJseW19XHlteF"
    "Y4t8xXTgTSg6CPD2z4XGR2TLPiIplf3In5UFbv3fm6tPFSaRmCIvrDqjkP0/5jriEJ1Cao"
    "BFLDIiaiF9VD5TVG6Dxg7y6aOMKrB6zRtV4B5UgS3TLRwIkxvpidLHaV0+52kNp9vM6YA/"
    "gFy+nvNImtJwuc1cNnpJo5c8YL3kLjVtMidWiaItTpZVrWeLI9KaaNmwe1sGNEfRzf7Cw2"
    "DtKPMf6q2Efxf24P/SbwI1YcKdjxmsnaVgoXXPvTIt2tb6JqcPYU1nLhcDZgWcOTa5kRTi"
    "tylqHMcgHRx6kzD+wIMlJkw/Y4Ng7onYbQTAX7IFh96mlg3gWCBjhaHLmQvL/AxGfLACB0"
    "Hty1gQoBz5c1hfRA2zpnARwaJmQnamAkeO2efU5DLJ12dWrBOU8eYqxgSGpFt9OKgL3xtQ"
    "/HqKzPE8RSYDUhZchOz64vz9fzN4RnQOUqg5HpvyqR8sq+NNCCS18GmJ5eNMMrncs7KR9I"
    "Cpy+Yu8y5FImu0oxz1yvK44xsX53Cn/O34jUgNHinNmg6Lf4ktjJsNQWw6uqTaxvgxv5sN"
    "LJuvGjfu1KTMN4rklnyrd62Mu4fn0gE3at9BcLevRE5Pq4Bxda78HNn+oD56hI1hJ4nyHx"
    "zhDB1XZfZqurazVB1c4c+arPBn1Sv8WWGFh9ZYS5Mftd+/Hj/1KRzOHRdO2OIYx3uMj+FO"
    "tPtKBtCyqyQkhiFbZwgKVEVuvHXGlYHPEcX+Qp53lWBJxTv/x8nJ8+evTn5+/vL16YtXr0"
    "5f/xwHPhdv1UVAv738FYOgM4woRkXnhdIi+pXQl5F2hg0m7NxYEDewIJpMRV3jeokJopA7"
    "NtHC6HI9S2nsTO1hcvHdjvWtukzOEBoet57HSnGuIw/n6boYT9JM51On9Cn6Zsa6ad1XKk"
    "1oXqk2v1JpE1FTA0Caxhjo6w30hFURXGOhz1ro00sqY6K/hhV+ffnuS7PYodhKW6Ku0C0D"
    "81fVV4dQz+oYpDV5Q6j+KnvpKkimslc7K3sdDFQ79x+Kt6kqP6L0PrbCn6j/kG7bwLEoas"
    "/8gMmCZSo5qnQIehL56WCGVEF+NCPXEuKMDYTzT94fLsPI10dmb6EAO3S2ceelIXs7H6/U"
    "jUZiU+NGYxwrjGNFSwRB41hxUGZnwS2Xl8Bb7VORUHQC4H07VCTfAQ2bWpbI5HE2RSC0oO"
    "6uaSV9Mmp6yknTGO1RvfaoonCNtvaoa9W3ezn1UXpNtSnCI9KOlMhmKcVJtVT2kGrUKB2o"
    "M53OiToOFqAMJ9R1TyXktFTpPAysmIEsJNgcuBtgaAS3RIncta2OZYSHPw9GaIy5k8U10F"
    "cRWGaJe27jFRDg+mI04VNrQHlBBz49IIhtT1UaUEwm6ls2t3tMzHFYKen9Y255ofNP0jL8"
    "RDIe5WyhkAsMAGJjCzOQYlSFmiaJjvFcsShI4MA3nprAlfCYfZs4LpflQnCI0MfEL4ALt5"
    "k1hvUI872zHBfLRAkH3kAMO7n1kiIhlLG0J59DxXvArJbHQOZQmIvn44ASPrqkhNMYZhBp"
    "nw6CucsVGhT3MPiph8lp/CEf4GgqJCYMljBD//6MDf1wQh3hcsSaJelkqDAkDWuzJYdHhH"
    "mNuBdivXHfs5V0jEi7PobuQL8YVYuFEgX13sNSiXFgyp0TiFA9IP8+4yP8ksddQUMnYFNu"
    "O4gCTSZOzcolLUxgCGsjrvQYra4FyufwcFSvD1DxmGVbsxC4pvyaGorr8+kQrjeNe1kRg6"
    "Em15drRlVgqwvEgH055Owv7Mnn64vP59eXn359UogAwcfvrw48icZWMKyMPVHdmgiQVikq"
    "5HJsLnkkBEbqKJE66P3SUU7EBJ0QnnetnajytKjWTnTLx2Lvygl5NiLMdBZ1lqyDS3v7EU"
    "3JMVRL+Zah6gTQ+17j2RO/zjIvUnZhj8nt4Sevm2ziJ6+rd3G8V8ixh5ZVv+TgUZtmLyHq"
    "xErftaEkkVyLOFeHLmWpNopeatnK3neYklIUaIGfkLQjbgyH7UzcmOPN5uEar0SezuRK3O"
    "StmIfrcaFAaNiw0btw5+u9A7K9AX2TwFV1YlznlNnN8+X2Tz22M+aixOhbjXBC0T18t58g"
    "u85hoS4Eews+C21D+lFCsckqo7NzxwTmLL/+zk3GLR3UYwKD+kao422t5Z6mMdivj33Gjl"
    "xkQL0PVYHYBN21x2uqGHSXNbnrvG1FynboLTqV7ybvyFBk0C+ub1Wcu8qIczy6Q+pOvYHv"
    "r76+/XDBPl9fvLu8uVQsiV85uomX4IIThfWdf8ihboUhn85KJInKI26KwmS4yZ9bpY+Tpm"
    "9mhmgD/47DWbkrnTlSlQnQia0/90KnxCVzRWGCLKn5Orf562xyQ1VvUofpyt4kN1Tkhqex"
    "W6ZIzF6Z3StNYIAJDGh1YECSVyK/CWwB1eZJEdr58q+ENbXzbZCtI+3KnFNs7yQDxYGAbR"
    "JQmAQUu4FK1gvpBxymLMJNk+RQZ9eyry4htsuAMPkmloSDxa9odTDYMG6yMhTsI1a9mRVL"
    "06ggkh7F9Tghn4o4dktVyIlSYpAPDrPYzA9I00dJNkh8Ocqhu9PBMGTsy4SrFo5gA/olBj"
    "0VQuRSJ4P5DEPC4JMEN/xARn6hUpzbWCdnEPAQ1r1/Nzhmg9APLTeu8kMBTo7HhYxPuvVI"
    "SMfOVdkgasftMxgZH2GgMofItCNwP/3gwyUD8SIKh4JlbQ+SRCPQ5VSS0R2sPeR4D5br2L"
    "LUD81CNhhZHkZpBXOsLz7Cs4aLXVG31hBAwr9oYmlKX1VXoml7WBGJQL71UlOE/uCg6eBv"
    "Vdacq2gsj38PYwYM+djxxBu6gTZkGeyHaPcYLEtFQbEpdMuTDDpm35xwAg9muW7fD0DWCi"
    "ewSGDmrqtmaVHxJD66B87kY8EoyEyh54i+ajZggopEqWA+yRYMzfPxEW+9qXUP/ebWnxOy"
    "iQ8vpOQval96qsCSUhoOMGyQRubeCItUhf49985U3SapqokQwmA+WUEKC7/feoHvT6mcE2"
    "yAXM0XI+rUTFVAnooZhHbH7DLMznDMZcjeYBY4fuCES1iYn/xMk9Q7cutBbz6sAoqxs3D1"
    "RLXmBYXwwYKa+bCDxVF0gT+XTLuace/88olg558vZUwdi3b/ZOnjWCuKSOFdxwbg4DG90b"
    "J/z5eFoLqqAva9qK5SNurOteAFbxJ1R/te34cnoe2wJuYthU5lwaXVkXZyPPnaNYjxkw2j"
    "j2qh7BI7//Qe3lWsT7CqFJVCr9H0XOeB96Pqf7XTazR0tH02G1w2XzVy3GkBjiZ8Ss+72a"
    "zu+WxlJTKcBkXnBXB6eYAvdIdCIiki8sWBRURW5Mes9h6LCToYk7B97zF4yLlWLFlM0EF4"
    "dxBFFlrhvESOqg9AnZcZhbsA8PYjUKOTjQ7EaZrueZi+bILxy2qMXxYwlhJVEeEVARrG42"
    "tDN5Pk0KVxzsgQGatT3t9fivk6gKZpDJ45l5yMGF+iLvR9kK29Cu+cAnEO3iFQ7+qTF1/Z"
    "L7Zvr64+ZPaJt5f5kOivH99ewEeQ4E/8oYr+O4kCRBP3LOEeMY/kk4OFHL+zMPBoHgSo5C"
    "jiXumJVkLZoYiLrfmkRdquIrI3U9guKuFN0+3P0+/ZblF9fvLqZQwo/lGH5c3H8w8fioDa"
    "3LJRhbdWbasMqXFJa7NL2pSHFqpQdA7paRpzTF//mE72Io1vQdzefAFKTjVoQ9MAM25vHL"
    "zzUJIVUQPKuL2BspBGbj4aca4HZ4bGQFoImyXjuwaeCYEBs1CtWLkAaMCZJjGA5gFVThQa"
    "eKYoDJyFr7r0Y9H5ricUBs6CmKw8dEoUPzUJH9JUncF0z8keUCDWWMVR887Avb0N1gRzbh"
    "NOE3r4Y+h5Uk5xmmzOUhout5nLKRdTXTbnSA2f28xn9AkuMrg6u3TUvgtOK3V83EVaaR4E"
    "ZfmNq8GOCQza+mjnXcELuFd7Z5WQdoEDeU/DZq6Gdb6GJdUYyMO8P7HERAfxPF0HHQ93kN"
    "Yy7SReALvWASNPatxeNHwwSqIptI/C5V2Ys1Kbz0qpkBBdfudIDZ/bzGeTXOeHYLMpB/xD"
    "sDkTpKf7Pudozb7dZk6bhE5b9q1PxUo3jv0Q28jN2E04o/KoeohmqQyo9UnHonDzLLra2b"
    "G+qm4OE9KVubFSb2mDjGMmkVszVDUTuaUKp28IbPP0YocKbXYT3CCfm3Lq6VNSkRKlmW7G"
    "sg/KvaIjuOsllkplcubDie/fVwN65fEvPvyvIazfkv4O8jxdDqxuEi5aXFWJuKKVtyIZVz"
    "9yAFqdkeucUu3IPEpE+yRKe5XL+HTGBrJvApky+mCinplrjTi7C/wpOq0MHhxf8lpQ0iGV"
    "c0iwReB742KKrr2PXppJSPVM20xqlEIiIZOS5VFTsqRZU4C70n8rR2XK1ZcYN6I8RVoG0w"
    "xR90ylp89OGtjuoFWl8Y7u5aTBeIMqIl0dMZelMpUXNwiaS2/1TffrNI0RxetF8TgX6IbS"
    "TdcyA+dlm/Saykg2785v3p2/v6gTbLSO6+scQaODeNUpNHVQX3UQTckIq8+i3yZwjgt9Fn"
    "LXVZlJMSdp6ngoM39isSkHpEOZ4hKvYFrXKRcCHkqm08TDIXCKi+KZcyejYD5YlfmTARRI"
    "J/KZPs9SST6dkiSfOIMoRycM7gc2pkVVJHCiteKMqAsuMPGmerqSM23u4JpJYIgJVRvnLl"
    "T869sy+Vr0lh71iikMMYMYZ39hT2aAJjzUk5ochm3ahlcfnlu5CdedlI0Of7smkaBEE1rt"
    "wamad8Kdbd8OnFTAQRPvNI0BfQ3QaefWEf1igk7AvetckXRC0NBYxO1NvFlF+J6W9JymMb"
    "LzBrJzdHAsYF/vT5MiM640bXalMbGxW92rTGzsj/HaGM/hH4LNxnO4s2wu6LN1dK8rdd+R"
    "F8SuNd9t0GNtW++9kS47VTevRJOdrapXrceeZdutVGIDp9FhQaqTlQtTUQld2gqVyPUq4j"
    "fM99wlXUflsqxyldUJUzWoO8dzxESVXFocs4HrC8FFXF0Mbtx6sqi6IPU2zMXD3+R2YTvc"
    "xopoLidVNFXRkmXCLBdGgO7g2j3N0BIjqe19wwSmyoUZYbEsWTfr1ns6EDyAxzum8h3HYm"
    "LBqzr4CXqgcikDJkY+bBcsFXzL7vkyKrZF7VW1Kx/noqaPNa5gSneWEzDZ5xv5SKjFpEJr"
    "EpMQH1FiPJKTQ7W9jzXdPGaNqLfjVLEroLQRBdLCI5bUOZtY6JUCndBTwAmUuVhN7dmt5/"
    "kBPHWPnbCJM56gth4Bwhpe93KWFnE5GtXj0GrozxH0u5DjbckEnLJkgQR/7iFvnbDHhkB2"
    "Rw/kC3hAVZhuIOZixkdhfxz489ngDWKD3ICpunexHQE5RxXCEO95KADlvhyFKEQ0uLAcO6"
    "5jFs/D5+KW3G8m1gMuBOgksgbwB+6hRQJfqbiuGPyQt2nlwursMUcWPAP4aNlc/GNuuVg4"
    "bjTh6DgwELRYJcjQ4tYDTsK2BCOlY1UHuIaFnAas41B6CAGb5yH9i+Xf5Cp2/bEg0w6Zb2"
    "A5kcMLfV7ZAN9bPoOhknpkt9635+8Y3YCl5YVYag4YLYsBUqU0wdQhDToQoQ97QR/rzonE"
    "A8kKFI0CgRY2PbNsjy/BDf16S4Q/yYJ+LKrnJz2UVDU/elPxTe7LGnSDqDIhNPF8Js8UPf"
    "zrHj5gavsAdFSBPQs49vc5IQQvAvQnLVmySxYt86ixAw2iSofEg+NUQcJo+0m2PzVXWQ2P"
    "WWPY5Xu33owHE2smpD1sNLG8MRdnWPntwQl8bwpgY/HDxK5lybeBPR1cz72LpBVuCucelW"
    "NMWeIIRyr2J53Dbj3H7qU8v2T9u8j/C5dANB+LFme0Pcq3/wnsK4PYbQVrLka5iOVeBngO"
    "/w5vlaK69SIyZCpW9iOXtClX2yG+l9NCMTu1WQywLpzlDJKFIf3a8LVi+Fah+fEN7PcA8I"
    "PjzwWsdjGDzyeXxSIH+A3Et9ujv2CZ4Vzcfuj7bh/nJQb7L41X0qDOhJisnT5MuNJ+WCix"
    "Ftd6ws8M/Tv3GlgsU8NR1qEmBsu5QIsl/ApCabKsnMrcG+vNIWhQo6/JFCQzm4+LL/aWhs"
    "56YK/NjZTTe92MyioCUlm+lDqksizf5muGPt1roEZTlMSVk6LtNZ5d8znFdGvhFuVarStn"
    "mGOxLmh4CBUrqxtWzlAeQKJSjKv5qvH2wSmmSZHMZjNTRSILs0sr6prPjaiar7RZ4I+w07"
    "I3NA4/0RgdK3TG4T0NpnD5iT1NlnsvM6GfCjNK129oPqmIatWUUr0XqneuNd3U9y+rp9HC"
    "VB18Vs1eDVa7pOLTMX2SNYqNpqeDfaxc+tFA9dNZbwbr1TzdzthzT52mtV/+7GpKTvuZnW"
    "FX07Y831tO/fnKVZSfAM0qvbTK+FgZ49B4frF6q25u0TC1ayo9l6Tu5Aaz6ie96E/ORHU8"
    "qq+aKbRrCu3uC97tF9qNpI2GBvOoubGWF0qdRJJOYx+0iGB/6/RoVzvrrjcBU98utWS3Ud"
    "/O1Nfesc8kKUuL+K4o/VxmXzcufhouftKkooN7QmFq+a2PO5mwdGCPCQzq66NOqbYBVFvr"
    "4JGl6l7g80mTnMUn1TmLTwo5iyViKnKuCPWKXOhpwi6gve/oDjSK64Aete/AuXrfUE85zG"
    "ektZGnSMxWvv5WbnzXj7bqu07uYhpoJgQGzELQUmRYzmJZm6s/pjFJ+jWS9Ge84nSU9wXC"
    "DfT4h7MTa4RAZ90HNRdzkdisao1VHbsi6KzoDJFZzSY060cJ5shYZ6Q7kyaLEyoTq9N29o"
    "7X4+/YBCQfAH/TrmSaPM6RGj63mc+mttaPzPcN+G34fBB8FqE/6wsOT2iX6JR+cX2rQquU"
    "J8yx+Q4pO8Xa91df3364YJ+vL95d3lwqPWnMS7qZlRavL84/mBqomk5gpgbqPvHefg3UbB"
    "iqjrWlSGmMLusbXaJgUR29VJrGqKXyieLiCGWdPSRH1r0d+/S0wQ5yelqdiP00v4Nkgmya"
    "4pwh6h7KplZ1VwwG6dClEtydcaUZN0+5ljG3batcmnP/4+Tk+fNXJz8/f/n69MWrV6evf4"
    "7tusVbdQbet5e/IuQZ1lSV1HiUDNctw38738bHK/7SMjhN7Zc9HDh2UfslmxJFZ18oUprd"
    "oeB4R3lcdGTBNI2RAjeIGaBENzrIJxQG9/VxN3lH12HFwSnPTd7RH4LNlLBkLTZnKY0lrM"
    "1czqQG0d21c7SG023mdLoueNNzfprGFGHKF2F6rJpWh/OSaKCZTfvWFNAslVmi9bUwcfkV"
    "0dUuhflVdXOQy3RlQvDUO5rJB34NO/D15bsvR8VddQuYfoz6Ocx1uhLV9JekAaypBJ0bAv"
    "vXpKeOQpvdAyvAxV2hvIBAWrBzfcvuz0sD7d4q4l9+v+ay9nPNBkEdfRUHLMIVUC/191CF"
    "VUurqekApurXvpfdLbsEGy68xrWBCwhXwxoVsWgMbne+WISpRtmJr5SsoKTixNcoi0F1sY"
    "l53GRlnYkvmNid22NZA4KyjCdpEQXmg7TfUA0DdINn3BpNemwROGHIo3IOsmIvWhVkanfu"
    "UbXiYrGK3Q61unxxZYbGVB5IvYNsgdDkbTR5G1uWso1W6Fpu0yW0a3pOtw31XbtOYxKxPl"
    "Xa0Ul+kCczKRDyTgYyS5g+sgU6A20eWmMGXGe3OAh9ckG3VC1Wap37dQ+0JF+Wnmjlnfoj"
    "bdKmUe00WSYH89vhYRNPlXRwOKPyX5bHhpwOnHBnxNkgbRShIj6Ch7IQkCwXMuDfZw6wAW"
    "+XV2Hb4XhUzw0hUyXMVCEgVHlRRSJBFb6o0tlsHsCK4UmhJIfqh2H5J6xwBAfjpSzTJXzo"
    "ds1SVCxXieqMOP1GHsmx6JLHZFG5gFOaA6p/5fnhbZRQv+F5/Y+jBAVM5Z4qSJTac/638l"
    "hvEq+bA/zBH+A1PSo38aVsN7Q7ibejan1eKIHSgDlP10G8nzXC+1kN3s+KeAvnn3ytgIIM"
    "3f5O752LJzAxHY/PA/pXY7OJ2nfPQf6kUUjeSU1M3kkxKE+dgXUQTpF0EOStVysRE+vk9K"
    "UOwAlF9/DdfsCj0cVUQn/ouhjjxfkjcjqlx9Dkc5bSvNCtY7OGcjXj0mecdTb0OllL+4yA"
    "VSqgFZqrdNDoatVMD31eKHuP41KFeNkV6mXh3CnVxiK0lkLpf8OscwQpXzlwyy4qn3c1SB"
    "P9rAJE1rj9I+cOYRSzj6uYbadXSzv2nk2DCOJ1rwFrhshAusLpPTb3ber2Hnd0mLCu9nxP"
    "L6uMH/G785t35+8vsj7aycu9BXA/ZzrrKMCF7bAc5McxqkdusiWHmpQHbfWRJuWxu/o882"
    "3iT1nos5C7bmTlTtApHk1WtEe7NjThDzxgyidbsInv2tIOTbbjHhO+PKhIc7SA/ly72Bkb"
    "+3DmcTzmBzZa3QeqLg9ZtdFz9I57I5jWrUdOQLEDqhOygI+ASBwz9E+FPzhOBA3ybGA7Ao"
    "GSVvrhEs5UYsHx6diLZz8fsys5C5rewBF92N2gnaozBo9iPZDJ/da784MpDjn488OzQePT"
    "VSMjdzu/8qtPWK38INUdpx4tcLCl++amR6igJACrupqcat4JO2udymMX5eSGVGpED+80jQ"
    "F9DdDV56BEy1OXrzBFZVIVaqQqNHX7jrZat88UNlprIzkEhXUms2pyvtXlc47U8LnNfDYG"
    "5c6yeSPn/mZqoShody9KoTZIjjtRCW1DzROHmlere9LR6CvVPlEo/LKp/idSwWA4Aypies"
    "wP0L1fxu0G/gKjDSh0l1FtBAoHWKEj2rhP1CNdff3y+esXCoL4cPXrDRv5U86sMfCQrslf"
    "MojYCbDTN2zg+bAsB4yCEqSSCDY7AbzvsYGAgQZ0LVLnHLNBiDkDIoJbLySzmnAwogNbRm"
    "BSvINriZBZ4p7bOP1EIQX0lozEYB5fwFkfn1JU6YTyNjVoRRhIhVDWFpcoG7KbtrTO/eso"
    "WWpHHsh9KqgCPQxgC8JcFPEyrEiYsOzbc3rvoxeepvMdFg3+wb79dnF9ISO02V/Ykxn3bO"
    "DxE6l+Tg2eyieoPb6qZrx6Av/5X+kZGEukUZ21/LChoTqTO0ABzGrvy5igE5qcfJhCoyiF"
    "miCFgncrbiA68MYEBt4G8NJXV0NRE7fvUtTH1jQ1onQrqA7iKN8IDJZ4JSxPCVUJZtzeoF"
    "mtktWqq5am2Sine9vArUFuJ0ndowN+Aft6bU+KzKh6WqfqyWjoQbzsYwk8fSbnSI3mts18"
    "NprbH4LNpjrDD8HmdjprtZfB6/sPGzfXLrq53nD4qoVH1dYP1aDXxPYhkrYNInkErBh0/J"
    "RU0gaBSsoeXLFcbp8lrqCo/g98VArZzFpYS6IVbMiFY8eaf2reJLnUfoduFPVTamkw4T6P"
    "q2SXa6GIdLWPX0LRCcXlvj38zNH8hziztSh228jZuxPAjImyMyVsWgrp2jVsHvns/ZFP/W"
    "B5zQFLUXr2zjaoPXtPqWk/SLVt7HUknWno9Lvwg3sePBFM9vcGLql6KgyDIbFZACdc+ZsC"
    "uwKOXVBa1rukdS/lh1PtmrTrgSm/q3Q9UhlelxiXdmc5LnZyGcrgtoUTTigwTk6i2mVI3l"
    "crKVVnJu8zlPHKSbfr1XrlZHnYTxX9KXXL6ZL3zUuSDF4dmGRgVehBqj0aEopOSAbGY+Sg"
    "4ZVbo45km1B0Id3cvgVbtbOvJdrmaY1w22qxh9L9rCPapuiMYNtmDpsKrTvwwM2csJtimi"
    "EykNZrDCRYW9AZfIs7OkxYV2oNMstqdf4fU6N1KzVaH1knoyzSfnBUoo9JbvbqdDGzTLNG"
    "hSJHIGK6/njO37CRbyubYzD3BJP995glA6nkosQkhJ4PAjS3mROe0Z3zz5fswXIdPB0IGZ"
    "clZJkZMZrwqSXK60bubeQNykjuNa/7GsqMvYmA28qIXa3SuIfH1IE6at9BeXv76d1lHUL5"
    "UhRBrvbeztMZD+4NPLhVyUJ9LhQIDRs2YIPtjEuz+FRvNQlFBzeb7de3Im90wXnJibSBG3"
    "tEaNRMrVNCbJSYYoueg1L+K3MZjCXDGl/BpE2jqpOyPZsF/ogLQakH8IA54VYQDrlVYmRs"
    "REUWQiWNpBIIOLZAqyL+jG5ijgOktfmDM+KxobLHBvR0UalHyn1J1SDvHBczgfMAnmgwnN"
    "tw7FWNbr2k1dSSLc/YIPThJB71Q0Un7wLO4wtBlAtBje8vPCByvP6d64wnKqdCuuy7I8/x"
    "WI5ygcUsoz4wt4IVwBlegiGZ8yQCqScTQpBNNMncEJlOHWjvCAEQQ7vpLFyq+pdwC6VaW5"
    "zBaMMAM4H2YzFIyLmNYGMRXEgJY+TPXRtrV2JyCmnVLR/5jJKF3qs+At+fMl+WrKfLwKZb"
    "Dx/jjipjwvSHS1nQnoch+nYCG7Fb6GZkzayREy4HbOIvAHhvWQYXw1KbIN68iSgZHnHxD9"
    "i85vzWezoQrh+KwU+yMmja+ByTxI/Ong6ssI/9DX46ZrQk8fEGNm5HKv0p4OJMqY7nBCZM"
    "yU/xAZJl2YsyYsASHMwcz8PkGphvHi/IZXim8m9IZsq1p5qqBbSpDHZwJuWD9DUFNmudia"
    "L2HTwR7aaEWdkyroxDnpUuYxOFTCdB+g5pnd9jig6u1u3XKoMNPljPVJylNCf41p3gjZj2"
    "gzFZbn19XT12jmx/2+bRrk5Ne6g8nRKjiljX1eHNEZoyvEWWNCvDm4itegzI0hn818U/pZ"
    "DQY0COsDPpu/eMf1rZo8eAPKV5B9blQaQ80THwpGn2b9tJqS+Gc8cNHU8c43iPocHYicUn"
    "VlVqSOAZms7sR1sTwvF8GJYv80pIMzQG0jykpCrX2TVignZsGThsZ7aMgiVBhzGlxIZJW2"
    "cS2WF0GBMTGGZsnxmxYUlXn5SlNLEHbdYnRaZMnbcuTWNevK2/eNLYqsOQhKId7OiUsJG2"
    "fevJ4HnKzhyR9yCBa7gmpdRVmbD3Mm6pDn75/Zq7VkUAdVXKhMO0ehQiKP69S1eu67n3Dk"
    "uvHJU4c8X3enXuXMHc64/iZo1CHqIaNOQOJKylUJnTFhPuZRxz0GspLjATeSsN0FdnIF1w"
    "4puRAucJZnTzPbsi5GFvI2/Z3eZmCqJmtapki74KjxvyILer5yevXsYbFP5RtyXdfDz/8C"
    "ES5qvda2iJwua+VgHGArExurb6kDzllpgH63K7SG1EorZxuyWe0DehDwvlLR0YS76g6du1"
    "H1FBDZOTZ7PvKDVHz1NKhbTwKIsSRQyJHpMxK/DjznG5dICez9DdVpyxEXxNMKBPkV5+fn"
    "jJPB6izzR9+eL+yr+iexgXvbMxVxSHz6ssPzbFMnWEk8CEUAGc9h7gp/CnnLxn2WhieWOO"
    "3rw9uCo/8Z4/9O0lm1hUDI+28U0/zzS/4pZS7coRE3QuJnFbkSvVX+11DKn7l946YUJtyY"
    "76Ef85dx2rdENN3a3dT6U7gxU3bJYQT6aApl0KNi557O+xAb3Af8aZDHDnSf39Rh3+QSZY"
    "TJzRhGI6hpyNaSML2MSxbRAshkvYiBYVyfD2MGhpRrtUZkQCOZ/JrjvhAIeZYe5xI98fe9"
    "vLpT9rlv+sLgFaMcGcOx/r4Bu17yK+Lxvh+7IG35cFfE35lWr0A27ZV567VJvX4QpjavYm"
    "57PJ+dyeFEMtzfl8Pred8ILKBpecbFN3a0+2Frbrx9WHm5xsfWY7tgpP9unfHim8QUQP/K"
    "kM45VKbWrjyJInQ34H60pWer8Ly1QBW+sZhf1rfyGUDsBdMthwuI2ZoGGw8ZijuH83xwhi"
    "TsXgpajPhvNQhQtP/QfLlQG5kt82naqfCIYwCzkHSUv3AZtbT5JbVP1lofJSUygxXvXY+d"
    "f3l1/678//+4Y9FZyzwdQZB2SDEn+WjPnzyYv+/8Ho3k8ygBdnieoNwMKKxg/8RaKOsG49"
    "18FT+jzEGB5MSw0wASwhx9O/f3fMBmr1qqzVGPtLMc3z4d/5CKfYUH+RSURdVry+Lh11ap"
    "GBEEUq0GgLOepl8lDn6tBb6G1VUsdGY7goe1bpgKoefTQMu7xhsLOwT18/fCjMRUG20WxU"
    "H6vmkwxVO6OKIj/NpxPt/3VzUYNkJ2KEuccV5kxdm3UAb/nht2h3MlnhM3LliyZi5Ytqqf"
    "JFQahMf1+ablppmg22rsMx4Gkk3Y2/thrr1d+iMaNVy3X7ibhsXw/dqH0Hwd1+SsV7vtTc"
    "CRIKsw/k9gHbxvOn1k6QkHRwuW5/L4hq+5Qt2WqUs1SdSwPw7OR1E83zyetqzTPeyxWRdB"
    "2lHWmKckLROYSfN7KdPK+xnTwvsZ0oeZdg0sA5T9fBjWP737msHqPpty5LZb53pZiusXY7"
    "u2x3kI/l0YxBnVyzUm1eBLMmDDam2CjM6HDQ3Ek8EdkodGCPCQzqeqi3xAXtvbIQHZWY6e"
    "J7vTojnZ1utdJCd56KPJF2IrSSKTtWD126FpjUdcgpOy2ai9CflcqFvYlyxyY2LDTF+fdI"
    "NbYeeNFqt9PR0JJ3GVKGYoqzcYR0SxMO9jVQo2Du216ckln6CasW9EdfOvdSOyr4ymChqH"
    "idOOkwOfOKN2gdu/UofS9MKs5qjO5vg0R3nhpuaIWjSS+p/DpzrRGX2ZqpDWYIhu7pgdex"
    "tWWq9a2w7UTrpB8TrbLuJAiSgafMypQ0aTw8oa45tLItsfNP71mea5Vza272SqCZeyunln"
    "Rba39bAxnfXcmS0oevmgKtPnXAUb9xHTWeD9GsmlE0SEMbYLIfaB7WCoQm67OuYdDUBf1h"
    "jIOp3UeT0VlKE4zWZi7nvwa6vC6jNxxvM8dlrInelzNNY/QcOfV9e3xlDgffg3trMKZzrm"
    "VwTCi6UIA+H+HSKMClJr4lr3tNCxpNd6U0jdmVSvEkYa0AaXUwapaqQ0l9t5Z1U0J0z0sy"
    "mlXvBRmi7m0Hp89OGuwH0KpyQ6B7rdGofrQc96gsnNeS+TVqAnmjFg20qNhWajQd8sEfYi"
    "kwL+zFIQGRQhMVnniH1JbOA/fYfFamKN2sQ6kLZRMfEGKez0L+PXwTdze1bC7TDsnaarLj"
    "JG8Bcx3vXlVWU8mGGGoRhpbgspyYNfTnGD48s4RY+IENvdx6i8AJQ+j0DvW4Uf4E5aqDw1"
    "jiHuYNd89wcNRnUgaFOEuCnIzr+9hsPsvPsKFC9I8jDx6W9Gzd8Tw/SP2SKeq8Q8+MgI+c"
    "ma6vUYaoizCfNqmHBa1qircVK2IZH5itn2hhjLLcKtVFcqL2XUqssrVjrAWf3elMp8BBis"
    "IgWoKoy+Gos14Gtxyp0QS1WRMUHRU1eZwiM4avVjOYf5850N0aPM5SGja3ms0t0tsbNncy"
    "2+al9+CEVpVrXupur06l5GTbNVAskSqG9DJT6x7TT6L2ZUQOaHHR+Zvfzv90cvoyckILsQ"
    "DNGRtw1CEN2NjnIq1LAWo+C5WDWU7rtMPRUCU1wDZ9SqlJOSY+Yf+RVx20taeO5yAmWMMe"
    "FVtSoYWj4swaa4DKck78cUQzVD+Tzb1DWqLDzE/AIz1rUy1GTNA95ftOFBgOrHN8s4oYv/"
    "V9EFe8igWdIsshPQS6bn0K315dfch8Bd9e5jKVfvr68e3F9dNnhDw0cmRip6LsOLHERGc5"
    "R+07l6J3+8Xpk8+HDsBZqu5tGts34BNiPAjKMgh8Adm3BueYqgs4152dL/72JbNhFAJP4q"
    "Pzh6tPv0bN89EorXU/OqC9+yDEGKOU+OHYHIk+a/A5R2qUyG3mc8Af0GVhrSiKNKXhcpu5"
    "TKob7ZjyLJUxA5sg/e2iWdCOFhZsEdxd5WxuJ6grUzZnX9FM1maYQiqU8nEyYR8oqi1NhP"
    "1ZOSxec8FLc2FnG/TqlPmR82M/iNtqKfSBCGtU+eQJGXVWq2avV9mv2V8ThXrEzebKc6MF"
    "27IWzCT4/cEPoEZr8EOwGbbatQrXCCNHHgp/TZWaFUw1VWp+yMP5pc290AmXZefy+F7tkd"
    "xJt2pUnkaVQERPFQpoCvwH6CR4Q4dkR4g5xjB5dqYQSihry8gKiB6FOakCsD1mYSFFnDvG"
    "Y0XBT1NrWV7CZq+jl5ZilIPg7SjJZL4YY+r0b1xlHtdVJmFWU7EqoehguM9po8ShpzWJQ0"
    "8r8wvrgNzx9Kynp418kk5rfJJOC3myjcz6Ixx2sdJYf02JJk9rWN1qVhu5xsg1Rq4plWtu"
    "gEeXpXED6k6tTCOgTd9pHDCAzf/keHGyh7mHVSUX1vINGyjP+wWmiwh9kioikaMHdzl8W8"
    "MBJn5YcltmqcUmw8BfCFmZMmRDPrbQt7/MFLGvoTGU4NtEBQZEvVAKCcsTC5CObOgydEb3"
    "2GV6xLg7348EqDEZTZiQyU8pd8XQDydnVPge+gYmTAeU/vfWW0yWGNVAJJ7v8WN27mKSjo"
    "BzKh96z2ehMrc4QWRw6dHIIKU5sFoCNL98/v3dBQxouY2T/JqAhTZJYbSU+7oGriyVMXNV"
    "mLlSMNOeoI9zlqyDAtn2ofZ8dWpoCnJMYOBttJJxr+9H34Ai0NU+9SWknYB835710cFgHV"
    "/cLKmxrrVZCpWnPu2PRo5sK7Ernf44q5OxzlaWIjGxQfo7mHH/+CE2MOMS3RktWjsRPVQl"
    "2vXcu/AenMD3ptwrdd3NtejVKdWCudfnucYNlGs2f3BGPDHJ+3fhAjU/PuqleizKgEq5WV"
    "GVZLluquSVkHqswPIw2erTAQANB/tj258CO45dx+Pw6IOfylRr+xt4tTaqO/qng0yregdr"
    "tCR3YnVNwJhgo5qAB/TR30kpRmOx7uz5q3BieJwv3DkPnNGk7Mum7tR+0aykzaoPWTVjt7"
    "z5V+YfLd37S1KPqg28vTrwreQdrd7r4SstVLKwpqqMFEknNIV7cEbCl0oDYdW8g+g+a+RQ"
    "96zGoe5Z0aEORgxL85RXn1hSJObMckiFjP/9/wFmlk9m"
)
