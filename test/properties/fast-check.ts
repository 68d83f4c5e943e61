import fc from 'fast-check';

/** The same random values in each run, so that a commit passes or fails whenever it is tried; `npm run properties` draws others. */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20_261_201) });

export { fc };
