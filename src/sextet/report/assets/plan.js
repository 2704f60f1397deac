// The charts of a plan are in the page already: there is nothing to draw.

const SECTIONS = {};
