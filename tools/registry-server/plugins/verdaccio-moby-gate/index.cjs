// Verdaccio loads plugins by folder and hands them its configuration; the gate itself is what the server put in there.
module.exports = (config) => ({ register_middlewares: config.install });
