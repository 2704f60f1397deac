// What draws each section of a run's report.

const SECTIONS = {
  fan: fanSection, weights: weightsSection, skill: skillSection, calibration: calibrationSection,
  spikes: spikesSection, training: trainingSection, quality: qualitySection,
};
